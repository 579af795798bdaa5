import * as v from "valibot";
import { type ErrorCode, isErrorCode } from "../core/errors.ts";
import { LEFTOVERS, TOOLS } from "../core/model/file-notes.ts";
import type { Verdict } from "../core/verdict.ts";

const Text = v.string();
const Count = v.pipe(v.number(), v.minValue(0));
const Texts = v.array(Text);

const KeySigner = v.object({
  method: v.literal("key"),
  fingerprint: Text,
  curve: v.picklist(["P-256", "P-384", "P-521"]),
  label: v.exactOptional(Text),
});

const CertificateSigner = v.object({
  method: v.literal("certificate"),
  subject: Text,
  issuer: Text,
  alternativeNames: Texts,
  serialNumber: Text,
  notBefore: Text,
  notAfter: Text,
  root: Text,
  fingerprints: Texts,
});

const SigstoreSigner = v.object({
  method: v.literal("sigstore"),
  identity: Text,
  identityType: v.picklist(["email", "uri", "other"]),
  issuer: Text,
  signedAt: Text,
  certificate: v.object({
    serialNumber: Text,
    notBefore: Text,
    notAfter: Text,
    authority: Text,
    fingerprint: Text,
    logs: Texts,
  }),
  log: v.object({ url: Text, index: Text, time: v.exactOptional(Text), entry: Text }),
  timestamps: v.array(v.object({ authority: Text, time: Text })),
  extensions: v.record(v.string(), Text),
  trustRoot: v.object({
    label: Text,
    origin: v.picklist(["built-in", "updated", "file"]),
    asOf: v.exactOptional(Text),
    expiredSince: v.exactOptional(Text),
  }),
});

const Coverage = v.object({
  files: Count,
  bytes: Count,
  bytesRead: Count,
  bytesFromCache: Count,
  seconds: Count,
  ignored: v.array(v.object({ name: Text, source: v.picklist(["default", "signature", "signer", "caller"]) })),
  hidden: v.exactOptional(v.object({ names: Texts, count: Count, complete: v.boolean() })),
  hubLinks: v.exactOptional(Texts),
  partly: v.exactOptional(v.array(v.object({ total: Count, covered: Count, uncovered: Texts }))),
  otherSignatures: v.exactOptional(Texts),
  unsigned: Texts,
  empty: Texts,
  algorithm: Text,
  serialization: v.picklist(["files", "shards"]),
  shardSize: v.exactOptional(Count),
  symlinksAllowed: v.boolean(),
});

const Comparison = v.object({
  matches: v.boolean(),
  changed: v.array(
    v.object({
      name: Text,
      range: v.exactOptional(v.object({ start: Count, end: Count })),
      expected: v.exactOptional(Text),
      found: v.exactOptional(Text),
      note: v.exactOptional(
        v.picklist(["shorter", "longer", "symlink", "special", "lfs-not-downloaded", "lfs-pointer", "line-endings"]),
      ),
    }),
  ),
  missing: v.array(
    v.object({ name: Text, ignored: v.boolean(), note: v.exactOptional(v.picklist([...LEFTOVERS, "weights-part"])) }),
  ),
  added: v.array(
    v.object({
      name: Text,
      note: v.exactOptional(v.picklist(["symlink", "special", "not-utf8", "not-portable", ...TOOLS, ...LEFTOVERS])),
    }),
  ),
});

const isKnownCode = (code: unknown): code is ErrorCode => typeof code === "string" && isErrorCode(code);

/** The stored part of a verdict; policies are evaluated again. */
const StoredVerdict = v.object({
  state: v.picklist(["verified", "untrusted", "modified", "invalid"]),
  model: Text,
  signature: Text,
  signer: v.exactOptional(v.variant("method", [KeySigner, CertificateSigner, SigstoreSigner])),
  reasons: v.array(v.object({ code: v.custom<ErrorCode>(isKnownCode), message: Text })),
  coverage: v.exactOptional(Coverage),
  comparison: v.exactOptional(Comparison),
  checkedAt: v.exactOptional(v.pipe(Text, v.isoTimestamp())),
  reading: v.exactOptional(v.picklist(["full", "cached"])),
});

/** The verdict that was stored; undefined where the value is not of {@link storedForm}. */
export function parseStoredVerdict(stored: unknown): Verdict | undefined {
  const { success, output } = v.safeParse(StoredVerdict, stored);
  if (!success) return undefined;
  return { ...output, reasons: output.reasons.map((reason) => ({ ...reason, details: {} })) };
}
