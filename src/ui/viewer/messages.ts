import * as v from "valibot";
import { FILE_FILTERS, FILE_STATES } from "../../engine/signature-view/file-states.ts";

// The messages between the viewer's page and the extension. Both sides parse what they receive.

const TONES = ["green", "blue", "amber", "red", "neutral"] as const;

/** The colour and mark of a text, which says the same in words. */
export const Tone = v.picklist(TONES);
export type Tone = v.InferOutput<typeof Tone>;

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** A link: its number in the extension's list, and its target as text. */
const Link = v.object({ id: Count, leadsTo: v.string() });
export type Link = v.InferOutput<typeof Link>;

const Fact = v.object({
  label: v.string(),
  value: v.string(),
  /** Set in the editor's font: digests, names, addresses. */
  code: v.optional(v.boolean()),
  link: v.optional(Link),
});
export type Fact = v.InferOutput<typeof Fact>;

const Step = v.object({
  id: v.picklist(["signature", "identity", "files", "policy"]),
  title: v.string(),
  tone: v.picklist([...TONES, "running"]),
  /** The same in words. */
  result: v.string(),
  /** What that means, in one or two sentences. */
  line: v.string(),
  facts: v.array(Fact),
  /** Unverified claims of the file. */
  claims: v.array(Fact),
});
export type Step = v.InferOutput<typeof Step>;

/** Positions are fractions of the time that is shown. */
const TimelineItem = v.object({
  label: v.string(),
  value: v.string(),
  /** The same as `to` for a moment. */
  from: Fraction,
  to: Fraction,
});
export type TimelineItem = v.InferOutput<typeof TimelineItem>;

/** What buttons do: a command of the extension with the path of the model, or the command of the editor. */
export const ACTIONS = [
  ...(["verifyModel", "reopenAsText", "copyReport", "trustSigner"] as const),
  ...(["checkOrigin", "showOrigin", "showSignature", "signModel", "pinModel"] as const),
] as const;

const Button = v.object({
  action: v.picklist(ACTIONS),
  text: v.string(),
  /** Stands out among the others. */
  primary: v.boolean(),
});
export type Button = v.InferOutput<typeof Button>;

/** What is known of the time of signing, of the build, or of the download. */
const Section = v.object({
  title: v.string(),
  /** `caution`: something differs from a download record. */
  sentences: v.array(v.object({ text: v.string(), caution: v.boolean() })),
  timeline: v.optional(v.array(TimelineItem)),
  facts: v.optional(v.array(Fact)),
  /** What the model's own files say. */
  claims: v.optional(v.array(Fact)),
  buttons: v.optional(v.array(Button)),
});
export type Section = v.InferOutput<typeof Section>;

const FileFilter = v.picklist(FILE_FILTERS);

const Files = v.object({
  summary: v.string(),
  /** Whether the rows are results of a comparison, and not claims. */
  compared: v.boolean(),
  /** Whether the rows have digests. */
  digests: v.boolean(),
  filters: v.array(v.object({ filter: FileFilter, label: v.string(), count: Count })),
  total: Count,
});
export type Files = v.InferOutput<typeof Files>;

export const FileRow = v.object({
  name: v.string(),
  state: v.picklist(FILE_STATES),
  /** The state in words. */
  word: v.string(),
  tone: Tone,
  /** With its unit; empty where it is not known. */
  size: v.string(),
  /** Hex, as signed; empty where there is none. */
  digest: v.string(),
  /** One sentence about the state. */
  sentence: v.string(),
  /** Further facts: expected and found digests. */
  facts: v.array(Fact),
});
export type FileRow = v.InferOutput<typeof FileRow>;

/** Everything except the rows and the statement. */
export const ViewerState = v.object({
  type: v.literal("state"),
  name: v.string(),
  path: v.string(),
  headline: v.object({
    tone: Tone,
    label: v.string(),
    sentence: v.string(),
    /** What is wrong, and what to do. */
    notes: v.array(v.string()),
  }),
  steps: v.array(Step),
  sections: v.array(Section),
  files: v.optional(Files),
  /** What the text shows: the statement, or the whole file if no statement can be read. */
  text: v.picklist(["statement", "file", "none"]),
  /** Changes when rows and text received earlier are outdated. */
  generation: v.pipe(Count, v.minValue(1)),
  buttons: v.array(Button),
});
export type ViewerState = v.InferOutput<typeof ViewerState>;

/** What differs between the page of a signature file and that of a download record. */
export type PageParts = Omit<ViewerState, "type" | "name" | "files" | "generation">;

const Rows = v.object({
  type: v.literal("rows"),
  request: Count,
  generation: Count,
  offset: Count,
  /** Rows that match the filter. */
  total: Count,
  rows: v.array(FileRow),
});
export type Rows = v.InferOutput<typeof Rows>;

const Lines = v.object({ type: v.literal("lines"), offset: Count, total: Count, lines: v.array(v.string()) });
export type Lines = v.InferOutput<typeof Lines>;

/** Messages to the page. */
export const ToPage = v.variant("type", [
  ViewerState,
  Rows,
  Lines,
  v.object({ type: v.literal("copied") }),
  /** Show the files that differ. */
  v.object({ type: v.literal("showDifferences") }),
]);
export type ToPage = v.InferOutput<typeof ToPage>;

/** Rows in one response. */
export const ROWS_AT_ONCE = 100;
/** Lines of the statement in one response. */
export const LINES_AT_ONCE = 500;
/** Characters of a search, at most. */
export const SEARCH_LENGTH = 500;

/** Messages from the page. */
export const FromPage = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  v.object({
    type: v.literal("rows"),
    /** The number of the search. */
    request: Count,
    filter: FileFilter,
    search: v.pipe(v.string(), v.maxLength(SEARCH_LENGTH)),
    offset: Count,
  }),
  v.object({ type: v.literal("lines"), offset: Count }),
  v.object({ type: v.literal("open"), link: Count }),
  v.object({ type: v.literal("copy"), text: v.pipe(v.string(), v.maxLength(10_000)) }),
  v.object({ type: v.literal("do"), action: Button.entries.action }),
]);
export type FromPage = v.InferOutput<typeof FromPage>;
