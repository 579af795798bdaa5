import { basename } from "node:path";
import type { Verdict } from "../../../core/verdict.ts";
import type { SignatureSummary } from "../../../engine/signature-view/requests.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { KnownModel } from "../../../workspace/registry.ts";

/** All that is known of a signature file that is looked at. */
export interface Subject {
  /** Absolute path, or an address. */
  readonly path: string;
  readonly summary: SignatureSummary;
  /** The model that it is the signature of, as far as this window knows. */
  readonly model?: KnownModel;
}

/** A verdict that tells of this file as it is now: not one that is being made, and none of another content. */
export function currentVerdict({ model, summary }: Subject): Verdict | undefined {
  const verdict = model?.verdict;
  if (verdict === undefined) return undefined;
  const said = summary.statement?.rootDigest;
  const other = verdict.rootDigest !== undefined && said !== undefined && verdict.rootDigest !== said;
  return other ? undefined : verdict;
}

/** Whether files were compared, and nothing has happened since. */
export function isCompared(verdict: Verdict | undefined): verdict is Verdict & Required<Pick<Verdict, "comparison">> {
  return verdict?.comparison !== undefined && verdict.state !== "stale" && verdict.state !== "checking";
}

/** Whether signature and signer were checked, and nothing has happened since. */
export function isAuthentic(verdict: Verdict | undefined): verdict is Verdict & Required<Pick<Verdict, "signer">> {
  return verdict?.signer !== undefined && verdict.state !== "stale" && verdict.state !== "checking";
}

export function subjectName({ model, path, summary }: Subject): string {
  if (model !== undefined) return plainText(basename(model.path));
  const said = summary.statement?.subject ?? "";
  return plainText(said === "" ? basename(path) : said);
}
