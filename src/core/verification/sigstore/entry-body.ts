import type { TransparencyLogEntry } from "@sigstore/bundle";
import * as v from "valibot";
import { decodeBase64 } from "../../bundle/base64.ts";
import { parseBoundedJson } from "../../bundle/bounded-json.ts";
import { ProvenanceError } from "../../errors.ts";

const PEM_BODY = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/;

const Head = v.looseObject({ kind: v.string(), apiVersion: v.string(), spec: v.looseObject({}) });
const one = <TSchema extends v.GenericSchema>(schema: TSchema) => v.strictTuple([schema]);
const VerifierV2 = v.looseObject({ x509Certificate: v.looseObject({ rawBytes: v.string() }) });

const DsseV1 = v.looseObject({ signatures: one(v.looseObject({ verifier: v.string() })) });
const IntotoV1 = v.looseObject({
  content: v.looseObject({ envelope: v.looseObject({ signatures: one(v.looseObject({ publicKey: v.string() })) }) }),
});
const HashedV1 = v.looseObject({ signature: v.looseObject({ publicKey: v.looseObject({ content: v.string() }) }) });
const DsseV2 = v.looseObject({ dsseV002: v.looseObject({ signatures: one(v.looseObject({ verifier: VerifierV2 })) }) });
const HashedV2 = v.looseObject({
  hashedRekordV002: v.looseObject({
    data: v.looseObject({ algorithm: v.string() }),
    signature: v.looseObject({ verifier: VerifierV2 }),
  }),
});

/** Where each kind of entry keeps the signer's certificate: DER, or Base64 of PEM. */
const CERTIFICATES: Readonly<Record<string, (spec: unknown) => Buffer | undefined>> = {
  "dsse/0.0.1": (spec) => pem(v.parse(DsseV1, spec).signatures[0].verifier),
  "intoto/0.0.2": (spec) => pem(v.parse(IntotoV1, spec).content.envelope.signatures[0].publicKey),
  "hashedrekord/0.0.1": (spec) => pem(v.parse(HashedV1, spec).signature.publicKey.content),
  "dsse/0.0.2": (spec) => decodeBase64(v.parse(DsseV2, spec).dsseV002.signatures[0].verifier.x509Certificate.rawBytes),
  "hashedrekord/0.0.2": (spec) =>
    decodeBase64(v.parse(HashedV2, spec).hashedRekordV002.signature.verifier.x509Certificate.rawBytes),
};

const SHA256 = "SHA2_256";

/** Rekor v2 gives an entry one index; in Rekor v1 the index in a shard differs from that of the whole log. */
const ONE_INDEX: ReadonlySet<string> = new Set(["dsse/0.0.2", "hashedrekord/0.0.2"]);

/**
 * Checks what needs no trust root: that the log entry is about the certificate in the bundle. The library checks the
 * rest, and that the log contains the entry.
 *
 * @param certificate DER
 * @returns what this version cannot check; no error yet, as the entry may be forged
 * @throws ProvenanceError SIGSTORE_LOG_ENTRY
 */
export function checkEntryBody(entry: TransparencyLogEntry, certificate: Buffer, label: string): string | undefined {
  const json = parseBoundedJson(entry.canonicalizedBody, `The log entry in ${label}`, {
    notJson: "SIGSTORE_LOG_ENTRY",
    malformed: "SIGSTORE_LOG_ENTRY",
  });
  const head = v.safeParse(Head, json);
  if (!head.success) throw contradicts(label, "its log entry cannot be read");
  const { kind, apiVersion, spec } = head.output;
  const type = entryType(entry);
  if (type !== `${kind}/${apiVersion}`) throw contradicts(label, "its log entry is not of the kind that it declares");
  const read = Object.hasOwn(CERTIFICATES, type) ? CERTIFICATES[type] : undefined;
  if (read === undefined) return `a log entry of the kind "${type}"`;
  if (!isAbout(read, spec, certificate)) throw contradicts(label, "its log entry is about another certificate");
  const { logIndex, inclusionProof } = entry;
  if (ONE_INDEX.has(type) && inclusionProof !== undefined && inclusionProof.logIndex !== logIndex) {
    throw contradicts(label, "its log entry has two positions in the log");
  }
  const hashed = v.safeParse(HashedV2, spec);
  const algorithm = hashed.success ? hashed.output.hashedRekordV002.data.algorithm : SHA256;
  return algorithm === SHA256 ? undefined : `a log entry over a digest by ${algorithm}`;
}

function isAbout(read: (spec: unknown) => Buffer | undefined, spec: unknown, certificate: Buffer): boolean {
  try {
    return read(spec)?.equals(certificate) === true;
  } catch {
    return false;
  }
}

/** `dsse/0.0.1` */
export function entryType({ kindVersion }: TransparencyLogEntry): string {
  return `${kindVersion.kind}/${kindVersion.version}`;
}

/** Size and root of a checkpoint, a line each after the name of the log (transparency-dev, checkpoint format). */
export function checkInclusionProofCheckpoint(entry: TransparencyLogEntry, label: string): void {
  const proof = entry.inclusionProof;
  if (proof === undefined) return;
  const [, size, root] = proof.checkpoint?.envelope.split("\n") ?? [];
  if (size !== proof.treeSize || root !== proof.rootHash.toString("base64")) {
    throw contradicts(label, "the proof that it is in the log is not about the log's checkpoint");
  }
}

function pem(base64: string): Buffer | undefined {
  const text = decodeBase64(base64)?.toString("latin1") ?? "";
  const body = PEM_BODY.exec(text)?.[1];
  return body === undefined ? undefined : Buffer.from(body, "base64");
}

function contradicts(label: string, why: string): ProvenanceError {
  const message = `${label} contradicts itself: ${why}. It was altered after signing.`;
  return new ProvenanceError("SIGSTORE_LOG_ENTRY", message);
}
