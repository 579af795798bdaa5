/** Who puts files into a model's folder that are not the model's; the whole list is in `tool-files.ts`. */
export const TOOLS = ["huggingface", "macos", "windows", "jupyter"] as const;
export type Tool = (typeof TOOLS)[number];

/** What a file is that a tool left behind, or put in the place of content. Named for what it is; it excuses nothing. */
export const LEFTOVERS = ["partial-download", "aria2", "dvc", "lock"] as const;
export type Leftover = (typeof LEFTOVERS)[number];
