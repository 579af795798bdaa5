import { marksIn } from "./text-marks.ts";

/** One pattern of a policy: the models that it covers. */
export interface PatternPlace {
  readonly pattern: string;
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
  /** The name of the policy that it is of; empty while it has none. */
  readonly policy: string;
}

/** The patterns of all policies of a text, broken or not, in their order. */
export function patternsIn(text: string): readonly PatternPlace[] {
  const marks = marksIn(text).filter(({ role }) => role === "value");
  const names = new Map<number, string>();
  for (const { document, path, text: name } of marks) if (path.join("/") === "metadata/name") names.set(document, name);
  return marks.flatMap(({ document, path, text: pattern, start, end }) => {
    const [spec, models, index, field, ...rest] = path;
    const isPattern = spec === "spec" && models === "models" && typeof index === "number" && field === "glob";
    if (!isPattern || rest.length > 0) return [];
    return [{ pattern, start, end, policy: names.get(document) ?? "" }];
  });
}
