/** A signature in a sub-folder that belongs to the folder above it. */
export const KAGGLE_SIGNATURE = { folder: ".kaggle", file: "signing.json" } as const;

const ENDINGS = [".oms.sig", ".sigstore.json", ".sig"] as const;

/** What a signature file may be called, the most telling first. */
const KNOWN_NAMES: readonly RegExp[] = [
  /^model\.sig$/i,
  /^skill\.oms\.sig$/i,
  /\.oms\.sig$/i,
  /\.sigstore\.json$/i,
  /\.sig$/i,
  /^claims\.jsonl$/i,
];

/** Whether a file of that name may be an OMS signature; its content decides. */
export function isSignatureName(name: string): boolean {
  return KNOWN_NAMES.some((pattern) => pattern.test(name));
}

/** Which of several signatures of one model to take: the lowest. `.kaggle/signing.json` comes last. */
export function signatureRank(name: string): number {
  const rank = KNOWN_NAMES.findIndex((pattern) => pattern.test(name));
  return rank === -1 ? KNOWN_NAMES.length : rank;
}

/** Names that say OMS by themselves: a damaged file of such a name is a damaged signature, and not something else. */
export function isOwnSignatureName(name: string): boolean {
  return /^model\.sig$|\.oms\.sig$/i.test(name);
}

/** What `NAME.sig` and its like are called after; nothing for `model.sig`, which says nothing about what it signs. */
export function signedName(signature: string): string | undefined {
  const lower = signature.toLowerCase();
  if (lower === "model.sig" || lower === "skill.oms.sig") return undefined;
  const ending = ENDINGS.find((candidate) => lower.endsWith(candidate) && lower.length > candidate.length);
  return ending === undefined ? undefined : signature.slice(0, -ending.length);
}
