import assert from "node:assert/strict";
import { makeCertificate } from "../../../../support/certificates.ts";
import { ENTRY_KINDS, type EntryKind, type ForgeOptions } from "../../../../support/sigstore/forged-bundle.ts";
import { checkForged, rejectsForged, useForge } from "../../../../support/sigstore/forged-bundle-check.ts";

type Json = ReturnType<typeof JSON.parse>;

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

interface BodyCase {
  readonly kind: EntryKind;
  readonly field: string;
  readonly change: (spec: Json) => void;
  readonly detail: RegExp;
}

const other = base64(Buffer.alloc(70, 1));
const otherHash = Buffer.alloc(32, 1);
const strangerPem = () => base64(Buffer.from(makeCertificate({ subject: "Stranger" }).pem));
const strangerDer = () => base64(makeCertificate({ subject: "Stranger" }).der);
const about = /about another certificate/;

/** Each field that an entry and the bundle share, one at a time; all of them logged by the log itself. */
const BODIES: readonly BodyCase[] = [
  {
    kind: "dsse/0.0.1",
    field: "another signature",
    change: (s) => Object.assign(s.signatures[0], { signature: other }),
    detail: /signature mismatch/,
  },
  {
    kind: "dsse/0.0.1",
    field: "another payload",
    change: (s) => Object.assign(s.payloadHash, { value: otherHash.toString("hex") }),
    detail: /payload hash mismatch/,
  },
  {
    kind: "dsse/0.0.1",
    field: "another certificate",
    change: (s) => Object.assign(s.signatures[0], { verifier: strangerPem() }),
    detail: about,
  },
  { kind: "dsse/0.0.1", field: "a second signature", change: (s) => s.signatures.push(s.signatures[0]), detail: about },
  {
    kind: "intoto/0.0.2",
    field: "another signature",
    change: (s) => Object.assign(s.content.envelope.signatures[0], { sig: base64(Buffer.from(other)) }),
    detail: /signature mismatch/,
  },
  {
    kind: "intoto/0.0.2",
    field: "another payload",
    change: (s) => Object.assign(s.content.payloadHash, { value: otherHash.toString("hex") }),
    detail: /payload hash mismatch/,
  },
  {
    kind: "intoto/0.0.2",
    field: "another certificate",
    change: (s) => Object.assign(s.content.envelope.signatures[0], { publicKey: strangerPem() }),
    detail: about,
  },
  {
    kind: "intoto/0.0.2",
    field: "a second signature",
    change: (s) => s.content.envelope.signatures.push(s.content.envelope.signatures[0]),
    detail: about,
  },
  {
    kind: "hashedrekord/0.0.1",
    field: "another signature",
    change: (s) => Object.assign(s.signature, { content: other }),
    detail: /signature mismatch/,
  },
  {
    kind: "hashedrekord/0.0.1",
    field: "another payload",
    change: (s) => Object.assign(s.data.hash, { value: otherHash.toString("hex") }),
    detail: /digest mismatch/,
  },
  {
    kind: "hashedrekord/0.0.1",
    field: "another certificate",
    change: (s) => Object.assign(s.signature.publicKey, { content: strangerPem() }),
    detail: about,
  },
  {
    kind: "dsse/0.0.2",
    field: "another signature",
    change: (s) => Object.assign(s.dsseV002.signatures[0], { content: other }),
    detail: /signature mismatch/,
  },
  {
    kind: "dsse/0.0.2",
    field: "another payload",
    change: (s) => Object.assign(s.dsseV002.payloadHash, { digest: base64(otherHash) }),
    detail: /payload hash mismatch/,
  },
  {
    kind: "dsse/0.0.2",
    field: "another certificate",
    change: (s) => Object.assign(s.dsseV002.signatures[0].verifier.x509Certificate, { rawBytes: strangerDer() }),
    detail: about,
  },
  {
    kind: "dsse/0.0.2",
    field: "a second signature",
    change: (s) => s.dsseV002.signatures.push(s.dsseV002.signatures[0]),
    detail: about,
  },
  {
    kind: "hashedrekord/0.0.2",
    field: "another signature",
    change: (s) => Object.assign(s.hashedRekordV002.signature, { content: other }),
    detail: /signature mismatch/,
  },
  {
    kind: "hashedrekord/0.0.2",
    field: "another payload",
    change: (s) => Object.assign(s.hashedRekordV002.data, { digest: base64(otherHash) }),
    detail: /digest mismatch/,
  },
  {
    kind: "hashedrekord/0.0.2",
    field: "another certificate",
    change: (s) => Object.assign(s.hashedRekordV002.signature.verifier.x509Certificate, { rawBytes: strangerDer() }),
    detail: about,
  },
];

/** The log itself enters what it is given here. */
function logged(kind: EntryKind, change: (body: Json) => void): ForgeOptions {
  return {
    kind,
    body: (body) => {
      change(body);
      return body;
    },
  };
}

describe("the log entry of a keyless signature", () => {
  const forge = useForge();

  for (const kind of Object.keys(ENTRY_KINDS) as EntryKind[]) {
    it(`is accepted as ${kind} if it is about this signature`, async () => {
      assert.equal((await checkForged(forge(), await forge().make({ kind }))).rejection, undefined);
    });
  }

  for (const { kind, field, change, detail } of BODIES) {
    it(`is rejected as ${kind} with ${field}`, () =>
      rejectsForged(forge(), {
        make: () => logged(kind, ({ spec }) => change(spec)),
        code: "SIGSTORE_LOG_ENTRY",
        detail,
      }));
  }

  it("is rejected if it is of another kind than the bundle says", () =>
    rejectsForged(forge(), {
      alter: ({ tlogEntries: [entry] }) => Object.assign(entry.kindVersion, { kind: "intoto", version: "0.0.2" }),
      code: "SIGSTORE_LOG_ENTRY",
      detail: /not of the kind that it declares/,
    }));

  it("is rejected if it has no kind", () =>
    rejectsForged(forge(), {
      alter: ({ tlogEntries: [entry] }) => Object.assign(entry, { canonicalizedBody: base64(Buffer.from("{}")) }),
      code: "SIGSTORE_LOG_ENTRY",
      detail: /its log entry cannot be read/,
    }));

  for (const [what, change] of [
    ["a kind that is not known", (body: Json) => Object.assign(body, { kind: "future" })],
    ["a version that is not known", (body: Json) => Object.assign(body, { apiVersion: "0.0.9" })],
  ] as const) {
    it(`cannot be verified if it is of ${what}, and the log contains it`, () =>
      rejectsForged(forge(), {
        make: () => logged("dsse/0.0.1", change),
        code: "SIGSTORE_UNSUPPORTED",
        detail: /which this version cannot check/,
      }));
  }

  it("cannot be verified if it is over a digest by another algorithm", () =>
    rejectsForged(forge(), {
      make: () =>
        logged("hashedrekord/0.0.2", ({ spec: { hashedRekordV002 } }) => {
          Object.assign(hashedRekordV002.data, { algorithm: "SHA2_512", digest: base64(Buffer.alloc(64, 1)) });
        }),
      code: "SIGSTORE_UNSUPPORTED",
      detail: /over a digest by SHA2_512/,
    }));
});
