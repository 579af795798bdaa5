import type { GateSearch } from "../core/gate/search-result.ts";
import type { FoundModel } from "../core/model/found-model.ts";
import type { Origin } from "../core/origin/origin.ts";
import type { Verdict } from "../core/verdict.ts";
import { folded } from "./report.ts";

/** One model of a scan that verifies. */
export interface ScannedModel {
  /** Absolute. */
  readonly path: string;
  /** Relative to the folder of the scan or of its policies, `/` separated. */
  readonly name: string;
  readonly kind: FoundModel["kind"];
  readonly verdict: Verdict;
  /** Whether it may be used: verified, or allowed by the policies. */
  readonly passed: boolean;
  /** Of an unsigned model, by name and size; only where a record is. */
  readonly origin?: Origin;
}

export interface ScanResult extends Omit<GateSearch, "models"> {
  readonly models: readonly ScannedModel[];
}

/** Returns why a model is not verified: lists of files and sentences. */
export function explanations({ reasons, comparison }: Verdict): string[] {
  const list = (what: string, entries: readonly { readonly name: string }[]): string[] => {
    const names = [...new Set(entries.map(({ name }) => name))];
    return names.length === 0 ? [] : [`${what}: ${folded(names, false).join(", ")}`];
  };
  const differences =
    comparison === undefined
      ? []
      : [
          ...list("changed", comparison.changed),
          ...list("missing", comparison.missing),
          ...list("added", comparison.added),
        ];
  return [...differences, ...reasons.map(({ message }) => message)];
}
