import { basename } from "node:path";
import { modelName } from "../../../core/model/model-name.ts";
import type { OriginReport } from "../../../core/origin/origin.ts";
import type { Verdict } from "../../../core/verdict.ts";
import type { SignatureSummary } from "../../../engine/signature-view/requests.ts";
import type { KnownModel } from "../../../workspace/registry.ts";

interface KnownSubject {
  /** Absolute path of the signature file, or its address; of the model on the page of a download record. */
  readonly path: string;
  /** The model that it signs, if this window knows one. */
  readonly model?: KnownModel;
  /** Where the model was downloaded from, as far as that was read. */
  readonly download?: OriginReport;
}

/** Everything known about the displayed signature file. */
export interface Subject extends KnownSubject {
  readonly summary: SignatureSummary;
}

/** Everything known about a model whose download record is displayed. */
export interface DownloadSubject extends KnownSubject {
  readonly summary?: undefined;
  /** Why the record could not be read. */
  readonly problem?: string;
  /** Whether models can be signed and policies written in this workspace. */
  readonly isTrusted: boolean;
}

/** The verdict on this content of the file; undefined if the verdict is on another content. */
export function currentVerdict({ model, path, summary }: Subject): Verdict | undefined {
  const verdict = model && ofShown(model.verdict, path, summary.line);
  if (verdict === undefined) return undefined;
  const signed = summary.statement?.rootDigest;
  const other = verdict.rootDigest !== undefined && signed !== undefined && verdict.rootDigest !== signed;
  return other ? undefined : verdict;
}

/** Whether files were compared, and the result is current. */
export function isCompared(verdict: Verdict | undefined): verdict is Verdict & Required<Pick<Verdict, "comparison">> {
  return verdict?.comparison !== undefined && verdict.state !== "stale" && verdict.state !== "checking";
}

/** The current verdict, if files were compared. */
export function comparedVerdict(subject: Subject): (Verdict & Required<Pick<Verdict, "comparison">>) | undefined {
  const verdict = currentVerdict(subject);
  return isCompared(verdict) ? verdict : undefined;
}

/** Whether signature and signer were verified, and the result is current. */
export function isAuthentic(verdict: Verdict | undefined): verdict is Verdict & Required<Pick<Verdict, "signer">> {
  return verdict?.signer !== undefined && verdict.state !== "stale" && verdict.state !== "checking";
}

export function subjectName({ model, path, summary }: Subject | DownloadSubject): string {
  if (model !== undefined || summary === undefined) return modelName(model ?? { path });
  const name = summary.statement?.subject ?? "";
  return name === "" ? basename(path) : name;
}

/** Of several signatures, what was found about the shown one; the verdict itself where that one decides. */
function ofShown(verdict: Verdict, path: string, line: number | undefined): Verdict {
  const shown = verdict.signatures?.find((one) => one.signature === path && one.line === line);
  if (shown === undefined || shown.decisive || verdict.state === "stale" || verdict.state === "checking")
    return verdict;
  const { model, checkedAt } = verdict;
  const { state, signer, method, reason, signature } = shown;
  // Which files differ from it is not kept.
  const isSame = state === "verified" || state === "untrusted";
  return {
    state: isSame ? "unchecked" : state,
    model,
    signature,
    reasons: reason === undefined ? [] : [reason],
    ...(signer && { signer }),
    ...(method && { method }),
    ...(checkedAt !== undefined && { checkedAt }),
  };
}
