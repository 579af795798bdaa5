import * as v from "valibot";
import { decodeBase64 } from "./base64.ts";

/** Signatures of other tools, which people also call `model.sig`. */
export const FOREIGN_SIGNATURES = {
  cosign: "a cosign signature",
  sigstore: "a Sigstore signature (cosign or sigstore)",
  minisign: "a minisign signature",
  gpg: "a GPG signature",
  ssh: "an SSH signature",
} as const;

export type ForeignSignature = keyof typeof FOREIGN_SIGNATURES;

/** Bytes: such a signature is over one file and carries none of it. */
const MAX_BYTES = 256 * 1024;

const COMMENT = String.raw`untrusted comment:[^\n]*\r?\n[A-Za-z0-9+/=]{64,200}\r?\n`;
/** minisign, and signify of OpenBSD, which has no second comment. */
const MINISIGN = new RegExp(`^${COMMENT}(?:trusted comment:[^\\n]*\\r?\\n[A-Za-z0-9+/=]{80,100}\\r?\\n?)?$`);
const ARMOR = /^-----BEGIN (?:PGP|SSH) (?:SIGNED )?(?:SIGNATURE|MESSAGE)-----\r?\n/;

/** `cosign sign-blob --bundle`, before it wrote Sigstore bundles. */
const CosignBundle = v.looseObject({ base64Signature: v.string() });
/** A Sigstore bundle over one file: what cosign and `sigstore sign` write today. */
const MessageBundle = v.looseObject({
  mediaType: v.string(),
  messageSignature: v.looseObject({ signature: v.string() }),
});

/** The tool that made a signature file which is neither of OMS nor JSON; undefined where it is not known. */
export function foreignSignature(bytes: Buffer): ForeignSignature | undefined {
  if (bytes.length > MAX_BYTES) return undefined;
  const text = bytes.toString("latin1");
  if (MINISIGN.test(text)) return "minisign";
  const [armor] = ARMOR.exec(text) ?? [];
  if (armor !== undefined) return armor.includes("PGP") ? "gpg" : "ssh";
  if (isBinaryPgpSignature(bytes)) return "gpg";
  const bare = decodeBase64(text.trim());
  // An ECDSA signature in DER: a sequence of two integers.
  return bare !== undefined && bare.length >= 60 && bare[0] === 0x30 && bare[2] === 0x02 ? "cosign" : undefined;
}

/** The same for a file that is JSON. */
export function foreignBundle(json: unknown): ForeignSignature | undefined {
  if (v.is(CosignBundle, json)) return "cosign";
  return v.is(MessageBundle, json) ? "sigstore" : undefined;
}

/** A signature packet (RFC 9580, 4.2 and 5.2): tag 2, then the version, 3 to 6. */
function isBinaryPgpSignature(bytes: Buffer): boolean {
  const lengthBytes = new Map([
    [0x88, 1],
    [0x89, 2],
    [0xc2, (bytes[1] ?? 0) < 192 ? 1 : 2],
  ]).get(bytes[0] ?? 0);
  const version = lengthBytes === undefined ? undefined : bytes[1 + lengthBytes];
  return version !== undefined && version >= 3 && version <= 6;
}
