import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Bundle } from "../../../../src/core/bundle/bundle.ts";
import { legacyEncoding } from "../../../../src/core/bundle/dsse.ts";
import { parseBundle } from "../../../../src/core/bundle/parse-bundle.ts";
import { LEGACY_PREDICATE_TYPE } from "../../../../src/core/bundle/statement.ts";
import { readPublicKey } from "../../../../src/core/verification/elliptic-keys.ts";
import { verifyBundle } from "../../../../src/core/verification/verify-bundle.ts";
import { fileResources, type JsonObject, makeStatement, signBundle } from "../../../support/bundles.ts";
import { makeChain } from "../../../support/certificates.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeKeys } from "../../../support/keys.ts";

const statement = makeStatement(fileResources({ a: "1" }));
const alice = makeKeys("P-256");
const bob = makeKeys("P-384");
const carol = makeKeys("P-521");
const pem = (keys: { publicPem: string }, label = "alice.pub") => ({ label, pem: keys.publicPem });

function parse(json: JsonObject, change: (json: JsonObject) => void = () => undefined): Bundle {
  const copy = structuredClone(json);
  change(copy);
  return parseBundle(Buffer.from(JSON.stringify(copy)), "model.sig");
}
const authenticate = (bundle: Bundle, ...keys: { label: string; pem: string }[]) =>
  verifyBundle(bundle, { keys }, "/m/model.sig");
const setPublicKey = (publicKey: JsonObject) => (json: JsonObject) => {
  json["verificationMaterial"] = { publicKey };
};
const flipPayload = (json: JsonObject) => {
  const envelope = json["dsseEnvelope"] as JsonObject;
  const payload = Buffer.from(String(envelope["payload"]), "base64").toString();
  envelope["payload"] = Buffer.from(payload.replace('"name":"a"', '"name":"b"')).toString("base64");
};

describe("verifying a key signature", () => {
  for (const keys of [alice, bob, carol]) {
    it(`accepts ${keys.kind} with the digest of its curve, and names the key`, async () => {
      const { signer, statement: read } = await authenticate(parse(signBundle(statement, { keys })), pem(keys));
      const fingerprint = createHash("sha256").update(keys.publicPem).digest("hex");
      assert.deepEqual(signer, { method: "key", fingerprint, curve: keys.kind, label: "alice.pub" });
      assert.equal(read.manifest.resources[0]?.name, "a");
    });
  }

  it("finds the key among several", async () => {
    const bundle = parse(signBundle(statement, { keys: bob }));
    const { signer } = await authenticate(bundle, pem(alice), pem(bob, "bob.pub"));
    assert.equal(signer.method === "key" && signer.label, "bob.pub");
  });

  it("ignores the hint, and tries the signature with each key", async () => {
    const bundle = parse(signBundle(statement, { keys: alice, hint: "another key" }));
    assert.equal((await authenticate(bundle, pem(alice))).signer.method, "key");
  });

  it("reports that another key signed", async () => {
    const bundle = parse(signBundle(statement, { keys: bob }));
    const error = await failsWith("KEY_MISMATCH", () => authenticate(bundle, pem(alice)));
    assert.match(error.message, /model\.sig was signed with another key than alice\.pub/);
    assert.equal(error.kind, "unable");
    await failsWith("KEY_UNKNOWN", () => authenticate(bundle, pem(alice), pem(carol)));
  });

  it("rejects an altered payload with the right key", async () => {
    const bundle = parse(signBundle(statement, { keys: alice }), flipPayload);
    const error = await failsWith("SIGNATURE_NOT_AUTHENTIC", () => authenticate(bundle, pem(alice)));
    assert.match(error.message, /does not verify against alice\.pub, the key that it names/);
  });

  it("rejects a damaged signature, even one that is no DER", async () => {
    for (const sig of ["AAAA", "MEUCIQ=="]) {
      const bundle = parse(signBundle(statement, { keys: alice }), (json) => {
        (json["dsseEnvelope"] as JsonObject)["signatures"] = [{ sig }];
      });
      await failsWith("SIGNATURE_NOT_AUTHENTIC", () => authenticate(bundle, pem(alice)));
    }
  });

  it("rejects a SHA-256 signature by a P-384 key: the digest has to match the curve", async () => {
    const { sign } = await import("node:crypto");
    const bundle = parse(signBundle(statement, { keys: bob }), (json) => {
      const envelope = json["dsseEnvelope"] as JsonObject;
      const payload = Buffer.from(String(envelope["payload"]), "base64");
      const type = String(envelope["payloadType"]);
      const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
      envelope["signatures"] = [{ sig: sign("sha256", encoded, bob.privateKey).toString("base64") }];
    });
    await failsWith("SIGNATURE_NOT_AUTHENTIC", () => authenticate(bundle, pem(bob)));
  });

  it("accepts the encoding of version 0.2 for statements of that version only", async () => {
    const { sign } = await import("node:crypto");
    const resign = (json: JsonObject) => {
      const envelope = json["dsseEnvelope"] as JsonObject;
      const payload = Buffer.from(String(envelope["payload"]), "base64");
      const encoded = Buffer.concat([...legacyEncoding(String(envelope["payloadType"]), payload)]);
      envelope["signatures"] = [{ sig: sign("sha256", encoded, alice.privateKey).toString("base64") }];
    };
    const subject = [{ name: "a", digest: { sha256: "00".repeat(32) } }];
    const old = { ...statement, subject, predicateType: LEGACY_PREDICATE_TYPE, predicate: {} };
    const { statement: read } = await authenticate(parse(signBundle(old, { keys: alice }), resign), pem(alice));
    assert.equal(read.legacy, true);
    const current = parse(signBundle(statement, { keys: alice }), resign);
    await failsWith("SIGNATURE_NOT_AUTHENTIC", () => authenticate(current, pem(alice)));
  });

  it("reads the statement only after the signature verifies", async () => {
    const bundle = parse(signBundle({ nonsense: 1 }, { keys: bob }));
    await failsWith("KEY_MISMATCH", () => authenticate(bundle, pem(alice)));
    await failsWith("STATEMENT_MALFORMED", () => authenticate(bundle, pem(bob)));
  });

  describe("of an older bundle that carries its key", () => {
    const old = signBundle(statement, { keys: bob });
    const embedded = (bytes: Buffer | string) => setPublicKey({ rawBytes: Buffer.from(bytes).toString("base64") });
    const der = bob.publicKey.export({ type: "spki", format: "der" });

    it("accepts the key that the caller trusts", async () => {
      await authenticate(parse(old, embedded(bob.publicPem)), pem(bob));
    });

    it("never trusts the key that it carries", async () => {
      for (const bytes of [bob.publicPem, der]) {
        await failsWith("KEY_MISMATCH", () => authenticate(parse(old, embedded(bytes)), pem(alice)));
      }
      await failsWith("KEY_UNKNOWN", () => authenticate(parse(old, embedded(bob.publicPem))));
    });

    it("distinguishes an altered payload from another signer", async () => {
      const altered = (json: JsonObject) => {
        embedded(bob.publicPem)(json);
        flipPayload(json);
      };
      await failsWith("SIGNATURE_NOT_AUTHENTIC", () => authenticate(parse(old, altered), pem(alice)));
      await failsWith("SIGNATURE_NOT_AUTHENTIC", () => authenticate(parse(old, altered), pem(bob)));
    });

    it("reports that it carries no key", async () => {
      await failsWith("SIGNATURE_NOT_AUTHENTIC", () => authenticate(parse(old, embedded("nonsense")), pem(alice)));
      const rsa = makeKeys("RSA").publicPem;
      await failsWith("SIGNATURE_NOT_AUTHENTIC", () => authenticate(parse(old, embedded(rsa)), pem(alice)));
    });
  });

  it("reports which trust is missing", async () => {
    const bundle = parse(signBundle(statement, { keys: alice }));
    const none = await failsWith("KEY_UNKNOWN", () => verifyBundle(bundle, {}, "model.sig"));
    assert.match(none.message, /signed with a key.*public key/);
    await failsWith("SIGNING_METHOD_MISMATCH", () =>
      verifyBundle(bundle, { certificates: { roots: [] } }, "model.sig"),
    );
  });
});

describe("reading a public key", () => {
  const refused = {
    "an RSA key": {
      ...makeKeys("RSA"),
      code: "KEY_UNSUPPORTED",
      message: /is an RSA key; model signatures need an EC key/,
    },
    "an Ed25519 key": { ...makeKeys("Ed25519"), code: "KEY_UNSUPPORTED", message: /is an Ed25519 key/ },
    "a private key": { publicPem: alice.privatePem, code: "KEY_UNREADABLE", message: /private key\. Give the public/ },
    "a certificate": {
      publicPem: makeChain().leaf.pem,
      code: "KEY_UNREADABLE",
      message: /certificate, not a public key/,
    },
    "two keys": {
      publicPem: `${alice.publicPem}${bob.publicPem}`,
      code: "KEY_UNREADABLE",
      message: /contains 2 PEM blocks where one public key is expected\. Give each key separately/,
    },
    "the same key twice": {
      publicPem: `${alice.publicPem}\n# again\n${alice.publicPem}`,
      code: "KEY_UNREADABLE",
      message: /contains 2 PEM blocks/,
    },
    "a key and something else": {
      publicPem: `${alice.publicPem}-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n`,
      code: "KEY_UNREADABLE",
      message: /contains 2 PEM blocks/,
    },
    text: { publicPem: "hello", code: "KEY_UNREADABLE", message: /not a public key in PEM/ },
  } as const;
  for (const [name, { publicPem, code, message }] of Object.entries(refused)) {
    it(`rejects ${name}`, async () => {
      const error = await failsWith(code, () => readPublicKey({ label: "x.pem", pem: publicPem }));
      assert.match(error.message, message);
      assert.match(error.message, /^x\.pem/);
    });
  }

  it("accepts a key with text around it", () => {
    const { curve } = readPublicKey({ label: "x.pem", pem: `The key of Alice\n${alice.publicPem}\n-- \n` });
    assert.equal(curve, "P-256");
  });

  it("rejects an EC key on another curve", async () => {
    const { generateKeyPairSync } = await import("node:crypto");
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
    const text = publicKey.export({ type: "spki", format: "pem" }).toString();
    const error = await failsWith("KEY_UNSUPPORTED", () => readPublicKey({ label: "x.pem", pem: text }));
    assert.match(error.message, /curve secp256k1/);
  });

  it("names an unsupported kind of key", async () => {
    const { generateKeyPairSync } = await import("node:crypto");
    const { publicKey } = generateKeyPairSync("x25519");
    const text = publicKey.export({ type: "spki", format: "pem" }).toString();
    const error = await failsWith("KEY_UNSUPPORTED", () => readPublicKey({ label: "x.pem", pem: text }));
    assert.match(error.message, /a key of the type x25519/);
  });
});
