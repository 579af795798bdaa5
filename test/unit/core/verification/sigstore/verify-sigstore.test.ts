import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseBundle } from "../../../../../src/core/bundle/parse-bundle.ts";
import type { ErrorCode, ErrorKind } from "../../../../../src/core/errors.ts";
import { HashPool } from "../../../../../src/core/hashing/hash-pool.ts";
import { inspect } from "../../../../../src/core/operations/inspect.ts";
import { sign } from "../../../../../src/core/operations/sign/sign.ts";
import type { SigstoreTrust } from "../../../../../src/core/trust.ts";
import { parseMessages, type TrustRoot } from "../../../../../src/core/verification/trust-root.ts";
import { readTrustConfigFile } from "../../../../../src/core/verification/trust-root-files.ts";
import { verifyBundle } from "../../../../../src/core/verification/verify-bundle.ts";
import { failsWith } from "../../../../support/errors.ts";
import { type LocalSigstore, startLocalSigstore } from "../../../../support/sigstore/local-sigstore.ts";
import type { TrustedRootJson } from "../../../../support/sigstore/trust-config.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

type Json = ReturnType<typeof JSON.parse>;
type Version = 1 | 2;

describe("a keyless signature", () => {
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  let sigstore: LocalSigstore;
  let other: LocalSigstore;
  const bundles = new Map<Version, Buffer>();
  before(async () => {
    [sigstore, other] = await Promise.all([startLocalSigstore(), startLocalSigstore()]);
  });
  // After the hook that makes the folder: one signature of each version serves all tests.
  beforeEach(async () => {
    for (const version of [1, 2] as const) if (!bundles.has(version)) bundles.set(version, await signed(version));
  });
  after(async () => {
    await Promise.all([sigstore.stop(), other.stop(), pool.dispose()]);
  });

  async function signed(version: Version, content = "weights"): Promise<Buffer> {
    writeTree(folder(), { "model/weights": content });
    const signature = join(folder(), "model/model.sig");
    const root = await readTrustConfigFile(sigstore.trustConfigs[version].path);
    const identity = { method: "sigstore", root, token: await sigstore.token("alice@example.com") } as const;
    await sign({ model: join(folder(), "model"), signature, identity, pool });
    return readFileSync(signature);
  }

  function bundle(version: Version): Json {
    return JSON.parse(bundles.get(version)?.toString("utf8") ?? "");
  }

  async function rootOf(json: unknown): Promise<TrustRoot> {
    const { trustedRoot } = await parseMessages({ trustedRoot: json }, "root.json");
    return { label: "root.json", instance: "private", origin: "file", trustedRoot };
  }

  async function check(json: Json, root: unknown = sigstore.trustedRoot, more: Partial<SigstoreTrust> = {}) {
    const identities = [{ identity: "alice@example.com", issuer: sigstore.issuer }];
    const trust = { sigstore: { root: await rootOf(root), identities, ...more } };
    const parsed = parseBundle(Buffer.from(JSON.stringify(json)), "model.sig");
    return verifyBundle(parsed, trust, "model.sig");
  }

  async function isRefused(code: ErrorCode, kind: ErrorKind, json: Json, root?: unknown): Promise<string> {
    const error = await failsWith(code, () => check(json, root));
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, /^model\.sig/);
    return error.message;
  }

  const newKey = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey;
  const spki = () => newKey().export({ type: "spki", format: "der" }).toString("base64");
  function withKey<T extends { publicKey: object }>(log: T, rawBytes: string): T {
    return { ...log, publicKey: { ...log.publicKey, rawBytes, keyDetails: "PKIX_ECDSA_P256_SHA_256" } };
  }
  const ended = { start: "2020-01-01T00:00:00Z", end: "2020-12-31T00:00:00Z" };

  for (const version of [1, 2] as const) {
    describe(`with Rekor v${version}`, () => {
      it("is accepted with its own trust root", async () => {
        assert.equal((await check(bundle(version))).rejection, undefined);
      });

      interface Case {
        readonly what: string;
        readonly root: (json: TrustedRootJson) => unknown;
        readonly code: ErrorCode;
        readonly kind: ErrorKind;
      }
      const cases: readonly Case[] = [
        {
          what: "of another instance",
          root: () => other.trustedRoot,
          code: "SIGSTORE_AUTHORITY_UNKNOWN",
          kind: "unable",
        },
        {
          what: "without logs",
          root: (json) => ({ ...json, tlogs: [] }),
          code: "SIGSTORE_LOG_UNKNOWN",
          kind: "unable",
        },
        {
          what: "without certificate logs",
          root: (json) => ({ ...json, ctlogs: [] }),
          code: "SIGSTORE_LOG_UNKNOWN",
          kind: "unable",
        },
        {
          what: "without timestamp authorities",
          root: (json) => ({ ...json, timestampAuthorities: [] }),
          code: "SIGSTORE_TIMESTAMP_UNKNOWN",
          kind: "unable",
        },
        {
          what: "with another certificate authority",
          root: (json) => ({
            ...json,
            certificateAuthorities: [
              { ...json.certificateAuthorities[0], certChain: json.timestampAuthorities[0]?.certChain },
            ],
          }),
          code: "SIGSTORE_AUTHORITY_UNKNOWN",
          kind: "unable",
        },
        {
          what: "with an authority of the same name and another key",
          root: (json) => ({ ...json, certificateAuthorities: other.trustedRoot.certificateAuthorities }),
          code: "SIGSTORE_AUTHORITY_UNKNOWN",
          kind: "unable",
        },
        {
          what: "with an authority that had ended before",
          root: (json) => ({
            ...json,
            certificateAuthorities: json.certificateAuthorities.map((one) => ({ ...one, validFor: ended })),
          }),
          code: "SIGSTORE_CERTIFICATE",
          kind: "invalid",
        },
        {
          what: "with another key for the log",
          root: (json) => ({ ...json, tlogs: json.tlogs.map((log) => withKey(log, spki())) }),
          code: "SIGSTORE_LOG_ENTRY",
          kind: "invalid",
        },
        {
          what: "with another key for the certificate log",
          root: (json) => ({ ...json, ctlogs: json.ctlogs.map((log) => withKey(log, spki())) }),
          code: "SIGSTORE_CERTIFICATE_LOG",
          kind: "invalid",
        },
        {
          what: "that knows the log by another name",
          root: (json) => ({
            ...json,
            tlogs: json.tlogs.map((log) => ({ ...log, baseUrl: "https://elsewhere.example" })),
          }),
          code: "SIGSTORE_LOG_UNKNOWN",
          kind: "unable",
        },
      ];
      for (const { what, root, code, kind } of cases) {
        it(`is ${kind} with a trust root ${what}`, async () => {
          await isRefused(code, kind, bundle(version), root(sigstore.trustedRoot));
        });
      }

      it("is accepted with a trust root that also has keys of unknown kinds", async () => {
        const { tlogs, ctlogs, certificateAuthorities: authorities } = sigstore.trustedRoot;
        const strange = { rawBytes: Buffer.from("a key of a kind to come").toString("base64") };
        const root = {
          ...sigstore.trustedRoot,
          tlogs: [{ ...tlogs[0], publicKey: strange }, ...tlogs],
          ctlogs: [{ ...ctlogs[0], publicKey: strange }, ...ctlogs],
          certificateAuthorities: [{ certChain: { certificates: [strange] } }, ...authorities],
        };
        assert.equal((await check(bundle(version), root)).rejection, undefined);
      });

      it("requests a newer trust root only if this one does not have the log's key", async () => {
        const newer = rootOf(sigstore.trustedRoot);
        assert.equal((await check(bundle(version), other.trustedRoot, { newer })).rejection, undefined);
        const none = Promise.resolve(undefined);
        await failsWith("SIGSTORE_AUTHORITY_UNKNOWN", () => check(bundle(version), other.trustedRoot, { newer: none }));
        const never = new Promise<undefined>(() => undefined);
        assert.equal((await check(bundle(version), sigstore.trustedRoot, { newer: never })).rejection, undefined);
        const altered = bundle(version);
        altered.verificationMaterial.tlogEntries[0].inclusionProof.rootHash = Buffer.alloc(32).toString("base64");
        await failsWith("SIGSTORE_LOG_ENTRY", () => check(altered, sigstore.trustedRoot, { newer: never }));
      });

      it("is invalid with another signature's log entry", async () => {
        const second = JSON.parse((await signed(version, "other weights")).toString("utf8"));
        const mixed = bundle(version);
        mixed.verificationMaterial.tlogEntries = second.verificationMaterial.tlogEntries;
        const message = await isRefused("SIGSTORE_LOG_ENTRY", "invalid", mixed);
        assert.match(message, /about another certificate/);
      });

      it("is invalid with another signature's timestamp", async () => {
        const second = JSON.parse((await signed(version, "other weights")).toString("utf8"));
        const mixed = bundle(version);
        mixed.verificationMaterial.timestampVerificationData = second.verificationMaterial.timestampVerificationData;
        await isRefused("SIGSTORE_TIMESTAMP", "invalid", mixed);
      });

      it("is invalid with the same log entry twice", async () => {
        const twice = bundle(version);
        twice.verificationMaterial.tlogEntries.push(twice.verificationMaterial.tlogEntries[0]);
        await isRefused(version === 1 ? "SIGSTORE_TIMESTAMP" : "SIGSTORE_LOG_ENTRY", "invalid", twice);
      });

      it("is invalid with a log entry of another kind than declared", async () => {
        const altered = bundle(version);
        altered.verificationMaterial.tlogEntries[0].kindVersion = { kind: "intoto", version: "0.0.2" };
        await isRefused("SIGSTORE_LOG_ENTRY", "invalid", altered);
      });

      it("is invalid with a log entry of an unknown kind that the log never made", async () => {
        const altered = bundle(version);
        const [entry] = altered.verificationMaterial.tlogEntries;
        entry.kindVersion = { kind: "future", version: "9" };
        const body = { kind: "future", apiVersion: "9", spec: {} };
        entry.canonicalizedBody = Buffer.from(JSON.stringify(body)).toString("base64");
        await isRefused("SIGSTORE_LOG_ENTRY", "invalid", altered);
      });
    });
  }

  it("needs a verified time", async () => {
    const untimed = bundle(2);
    untimed.verificationMaterial.timestampVerificationData = {};
    assert.match(await isRefused("SIGSTORE_TIMESTAMP", "invalid", untimed), /no verified time/);
    const byLog = bundle(1);
    byLog.verificationMaterial.timestampVerificationData = {};
    assert.equal((await check(byLog)).rejection, undefined);
    byLog.verificationMaterial.tlogEntries[0].inclusionPromise = undefined;
    await isRefused("SIGSTORE_TIMESTAMP", "invalid", byLog);
  });

  it("needs the proof besides the promise of an old log", async () => {
    const unproven = bundle(1);
    unproven.verificationMaterial.tlogEntries[0].inclusionProof = undefined;
    await isRefused("BUNDLE_MALFORMED", "invalid", unproven);
  });

  it("is malformed with an unreadable certificate", async () => {
    const altered = bundle(2);
    altered.verificationMaterial.certificate.rawBytes = "MAA=";
    await isRefused("CERTIFICATE_MALFORMED", "invalid", altered);
  });

  const malformed: readonly (readonly [string, (material: Json) => void])[] = [
    ["a log index below zero", (m) => Object.assign(m.tlogEntries[0], { logIndex: "-1" })],
    ["a log index of a million digits", (m) => Object.assign(m.tlogEntries[0], { logIndex: "9".repeat(1_000_000) })],
    [
      "a checkpoint of a megabyte",
      (m) => Object.assign(m.tlogEntries[0].inclusionProof.checkpoint, { envelope: "x".repeat(1_000_000) }),
    ],
    [
      "a proof of a thousand hashes",
      (m) => Object.assign(m.tlogEntries[0].inclusionProof, { hashes: Array(1000).fill("AAAA") }),
    ],
    ["a hundred log entries", (m) => Object.assign(m, { tlogEntries: Array(100).fill(m.tlogEntries[0]) })],
    ["a log entry without a log", (m) => Object.assign(m.tlogEntries[0], { logId: undefined })],
    ["a log entry without a body", (m) => Object.assign(m.tlogEntries[0], { canonicalizedBody: undefined })],
    ["a log entry that is text", (m) => Object.assign(m, { tlogEntries: ["entry"] })],
    [
      "a timestamp that is none",
      (m) => Object.assign(m.timestampVerificationData.rfc3161Timestamps[0], { signedTimestamp: "MAA=" }),
    ],
    [
      "a hundred timestamps",
      (m) =>
        Object.assign(m.timestampVerificationData, {
          rfc3161Timestamps: Array(100).fill(m.timestampVerificationData.rfc3161Timestamps[0]),
        }),
    ],
    [
      "a certificate that is followed by something",
      (m) =>
        Object.assign(m.certificate, {
          rawBytes: Buffer.concat([Buffer.from(m.certificate.rawBytes, "base64"), Buffer.of(0)]).toString("base64"),
        }),
    ],
  ];
  for (const [what, alter] of malformed) {
    it(`is malformed with ${what}`, async () => {
      const altered = bundle(2);
      alter(altered.verificationMaterial);
      await isRefused("BUNDLE_MALFORMED", "invalid", altered);
    });
  }

  it("can be inspected without verification", async () => {
    const path = join(folder(), "altered.sig");
    const altered = bundle(1);
    const look = async () => {
      writeFileSync(path, JSON.stringify(altered));
      const { claimedSigner, claims } = await inspect(path);
      return { claimedSigner, ...Object.fromEntries(claims.map(({ name, value }) => [name, value])) };
    };
    const found: Record<string, string> = await look();
    assert.equal(found["claimedSigner"], "alice@example.com");
    assert.equal(found["identity provider"], sigstore.issuer);
    assert.match(found["log entry"] ?? "", /^\d+ \(dsse\/0\.0\.1, 20\d\d-.*Z\)$/);
    altered.verificationMaterial.tlogEntries[0].integratedTime = "9".repeat(19);
    altered.verificationMaterial.certificate.rawBytes = "MAA=";
    const damaged: Record<string, string> = await look();
    assert.equal(damaged["certificate"], "cannot be read");
    assert.match(damaged["log entry"] ?? "", /^\d+ \(dsse\/0\.0\.1\)$/);
  });

  it("cannot be verified without a trust root, and says what is needed", async () => {
    const parsed = parseBundle(bundles.get(2) ?? Buffer.alloc(0), "model.sig");
    const error = await failsWith("TRUST_ROOT_MISSING", () => verifyBundle(parsed, {}, "model.sig"));
    assert.match(error.message, /identity and identity provider/);
    await failsWith("SIGNING_METHOD_MISMATCH", () => verifyBundle(parsed, { keys: [] }, "model.sig"));
  });
});
