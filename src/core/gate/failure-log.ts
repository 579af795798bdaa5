import type { Demand } from "./demand.ts";
import { type GateSkipReason, namesText, PathSample, type SearchFailure, type Skipped } from "./search-result.ts";

type Code = SearchFailure["code"];
type PathCode = Exclude<Code, "SEARCH_NOTHING_FOUND" | "SEARCH_PATH_MISSING">;

/** The sentence for paths of one kind. */
const SENTENCES: Readonly<Record<PathCode, (names: string, isOne: boolean) => string>> = {
  SEARCH_UNCOVERED: (names) =>
    `Not covered by any signature: ${names}. Sign the model with them, or list them in unsignedFiles.`,
  SEARCH_LINK: (names, isOne) =>
    `${names} ${isOne ? "is a symbolic link and was" : "are symbolic links and were"} not followed. ` +
    "Put the files themselves there.",
  SEARCH_UNREADABLE: (names) => `${names} cannot be read, so what is in there was not verified.`,
  SEARCH_INCOMPLETE: (names, isOne) =>
    `${names} ${isOne ? "was" : "were"} not searched: the name is not valid UTF-8. Rename it.`,
  SEARCH_SPECIAL_FILE: (names, isOne) =>
    `${names} ${isOne ? "is neither a file nor a folder" : "are neither files nor folders"}, so no signature can cover it.`,
};

const SKIPPED: Readonly<Record<Exclude<PathCode, "SEARCH_UNCOVERED">, GateSkipReason>> = {
  SEARCH_LINK: "link",
  SEARCH_UNREADABLE: "unreadable",
  SEARCH_INCOMPLETE: "not-utf8",
  SEARCH_SPECIAL_FILE: "special",
};

interface Entry {
  readonly code: PathCode;
  readonly passed: boolean;
  readonly sources: Set<string>;
  readonly sample: PathSample;
}

/** Collects what could not be verified: one failure for each kind. */
export class FailureLog {
  readonly #entries = new Map<string, Entry>();
  readonly #ofPatterns: SearchFailure[] = [];
  readonly #skipped = new Map<GateSkipReason, PathSample>();
  /** Demands whose pattern matched something. */
  readonly met = new Set<Demand>();

  /** @param demands those that the path violates */
  add(code: PathCode, path: string, demands: readonly Demand[]): void {
    for (const demand of demands) this.met.add(demand);
    const enforced = demands.filter((demand) => demand.enforced);
    const passed = enforced.length === 0;
    const known = this.#entries.get(`${code} ${passed}`);
    const entry = known ?? { code, passed, sources: new Set<string>(), sample: new PathSample() };
    this.#entries.set(`${code} ${passed}`, entry);
    for (const { source } of passed ? demands : enforced) entry.sources.add(source);
    entry.sample.add(path);
  }

  /** As {@link add}; without a demand, it is only reported as skipped. */
  addOrSkip(code: keyof typeof SKIPPED, path: string, demands: readonly Demand[]): void {
    if (demands.length > 0) this.add(code, path, demands);
    else this.skip(SKIPPED[code], path);
  }

  addPattern(code: "SEARCH_NOTHING_FOUND" | "SEARCH_PATH_MISSING", { glob, source, enforced, location }: Demand): void {
    const { pattern } = glob;
    const message =
      code === "SEARCH_PATH_MISSING"
        ? `There is nothing at ${pattern}, where the policy ${source} demands a signed model.`
        : `No model matches the pattern ${pattern} of ${source}. Correct the pattern, or allow it with --allow-empty.`;
    const place = location && { place: location };
    this.#ofPatterns.push({
      code,
      message,
      passed: !enforced,
      policies: [source],
      paths: [pattern],
      count: 1,
      ...place,
    });
  }

  addEmpty(folder: string): void {
    const message = `There is nothing in ${folder} that a policy covers. Scan another folder, or allow it with --allow-empty.`;
    const about = { policies: [], paths: [], count: 0 };
    this.#ofPatterns.push({ code: "SEARCH_NOTHING_FOUND", message, passed: false, ...about });
  }

  skip(reason: GateSkipReason, path: string): void {
    const sample = this.#skipped.get(reason) ?? new PathSample();
    sample.add(path);
    this.#skipped.set(reason, sample);
  }

  get skipped(): Skipped[] {
    return [...this.#skipped].flatMap(([reason, { paths }]) => paths.map((path) => ({ path, reason })));
  }

  get failures(): SearchFailure[] {
    const ofPaths = [...this.#entries.values()].map(({ code, passed, sources, sample }): SearchFailure => {
      const { paths, count } = sample;
      const message = SENTENCES[code](namesText(paths, count), count === 1);
      return { code, message, passed, policies: [...sources], paths, count };
    });
    return [...ofPaths, ...this.#ofPatterns];
  }
}
