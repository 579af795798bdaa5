/** A signature in a sub-folder that belongs to the folder above it. */
export const KAGGLE_SIGNATURE = { folder: ".kaggle", file: "signing.json" } as const;

/** The names that a signature file may have, in lower case, best known first; `*` is anything. */
export const SIGNATURE_NAMES = [
  "model.sig",
  "skill.oms.sig",
  "*.oms.sig",
  "*.sigstore.json",
  "*.sig",
  "claims.jsonl",
] as const;

/** Names that only OMS signatures have: a damaged file of such a name is a damaged signature. */
export const OWN_SIGNATURE_NAMES = ["model.sig", "*.oms.sig"] as const;

const ENDINGS = SIGNATURE_NAMES.filter((pattern) => pattern.startsWith("*")).map((pattern) => pattern.slice(1));

/** Whether a file of that name may be an OMS signature; its content decides. */
export function isSignatureName(name: string): boolean {
  const lower = name.toLowerCase();
  return SIGNATURE_NAMES.some((pattern) => isNamed(lower, pattern));
}

/** Of several signatures of one model, the one with the lowest rank is used. `.kaggle/signing.json` comes last. */
export function signatureRank(name: string): number {
  const lower = name.toLowerCase();
  const rank = SIGNATURE_NAMES.findIndex((pattern) => isNamed(lower, pattern));
  return rank === -1 ? SIGNATURE_NAMES.length : rank;
}

/** Whether the name is one of {@link OWN_SIGNATURE_NAMES}. */
export function isOwnSignatureName(name: string): boolean {
  const lower = name.toLowerCase();
  return OWN_SIGNATURE_NAMES.some((pattern) => isNamed(lower, pattern));
}

function isNamed(lower: string, pattern: string): boolean {
  return pattern.startsWith("*") ? lower.endsWith(pattern.slice(1)) : lower === pattern;
}

/** The name of the file that `NAME.sig` and the like sign; undefined for `model.sig`. */
export function signedName(signature: string): string | undefined {
  const lower = signature.toLowerCase();
  if (lower === "model.sig" || lower === "skill.oms.sig") return undefined;
  const ending = ENDINGS.find((candidate) => lower.endsWith(candidate) && lower.length > candidate.length);
  return ending === undefined ? undefined : signature.slice(0, -ending.length);
}

/** Whether a signature of a model may have that canonical name in its folder. */
export function isSignaturePath(name: string): boolean {
  const isKaggle = name === `${KAGGLE_SIGNATURE.folder}/${KAGGLE_SIGNATURE.file}`;
  return isKaggle || (!name.includes("/") && isSignatureName(name));
}
