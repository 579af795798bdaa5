import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { type Bundle, type BundleWithDsseEnvelope, bundleFromJSON, bundleToJSON } from "@sigstore/bundle";
import { PublicKeyDetails, TransparencyLogEntry, TrustedRoot } from "@sigstore/protobuf-specs";
import { CreateEntryRequest } from "@sigstore/protobuf-specs/rekor/v2";
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness, type Witness } from "@sigstore/sign";
import { initTUF } from "@sigstore/tuf";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { parseFault } from "../../support/sigstore/faults.ts";
import { type LocalSigstore, startLocalSigstore } from "../../support/sigstore/local-sigstore.ts";
import { paeOf } from "../../support/sigstore/pae.ts";
import type { RekorVersion } from "../../support/sigstore/trust-config.ts";
import { useTemporaryFolder } from "../../support/temporary-folder.ts";

const TYPE = "application/vnd.in-toto+json";
const WORKFLOW = "https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1";

describe("the local Sigstore", () => {
  const folder = useTemporaryFolder();
  let sigstore: LocalSigstore;

  before(async () => {
    sigstore = await startLocalSigstore();
  });
  after(() => sigstore.stop());
  afterEach(() => sigstore.behave());

  /** Rekor v2 by a witness of this test's own: the library's posts an entry of a kind that servers no longer take. */
  function rekorV2Witness(): Witness {
    return {
      testify: async (content, publicKey) => {
        assert.equal(content.$case, "dsseEnvelope");
        const { payloadType, payload, signatures } = content.dsseEnvelope;
        const request: CreateEntryRequest = {
          spec: {
            $case: "hashedRekordRequestV002",
            hashedRekordRequestV002: {
              digest: createHash("sha256").update(paeOf(payloadType, payload)).digest(),
              signature: {
                content: signatures[0]?.sig ?? Buffer.alloc(0),
                verifier: {
                  keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256,
                  verifier: {
                    $case: "x509Certificate",
                    x509Certificate: { rawBytes: Buffer.from(publicKey.replace(/-----[^-]+-----/gu, ""), "base64") },
                  },
                },
              },
            },
          },
        };
        const response = await fetch(`${sigstore.urls.rekorV2}/api/v2/log/entries`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(CreateEntryRequest.toJSON(request)),
        });
        assert.equal(response.status, 201);
        const entry = TransparencyLogEntry.fromJSON(await response.json());
        const { logId, kindVersion } = entry;
        assert.ok(logId !== undefined && kindVersion !== undefined);
        return { tlogEntries: [{ ...entry, logId, kindVersion }] };
      },
    };
  }

  async function signBundle(rekor: RekorVersion, subject: string, token?: string): Promise<BundleWithDsseEnvelope> {
    const identityToken = token ?? (await sigstore.token(subject));
    const { fulcio, rekorV1, timestamps } = sigstore.urls;
    const builder = new DSSEBundleBuilder({
      signer: new FulcioSigner({ fulcioBaseURL: fulcio, identityProvider: { getToken: async () => identityToken } }),
      witnesses: [
        rekor === 1 ? new RekorWitness({ rekorBaseURL: rekorV1, entryType: "dsse" }) : rekorV2Witness(),
        new TSAWitness({ tsaBaseURL: timestamps }),
      ],
    });
    return (await builder.create({ data: Buffer.from('{"a":1}'), type: TYPE })) as BundleWithDsseEnvelope;
  }

  /** As a stranger reads it: from JSON, with the library's default thresholds. */
  function verifyBundle(bundle: Bundle) {
    const trust = toTrustMaterial(TrustedRoot.fromJSON(sigstore.trustedRoot));
    return new Verifier(trust).verify(toSignedEntity(bundleFromJSON(bundleToJSON(bundle))));
  }

  for (const rekor of [1, 2] as const) {
    it(`issues bundles that verify with the trust root it writes, with Rekor v${rekor}`, async () => {
      // Several, so that proofs have a path to walk and not only one leaf.
      for (const subject of ["alice@example.com", WORKFLOW, "bob@example.org", "alice@example.com", WORKFLOW]) {
        const signer = verifyBundle(await signBundle(rekor, subject));
        assert.equal(signer.identity?.subjectAlternativeName, subject);
        assert.equal(signer.identity?.extensions?.issuer, sigstore.issuer);
      }
    });
  }

  it("configures one log to write to, and trusts both", () => {
    const [one, two] = [sigstore.trustConfigs[1].config, sigstore.trustConfigs[2].config];
    assert.deepEqual(one.trustedRoot, two.trustedRoot);
    assert.equal(one.signingConfig.rekorTlogUrls[0]?.majorApiVersion, 1);
    assert.equal(two.signingConfig.rekorTlogUrls[0]?.majorApiVersion, 2);
    assert.equal(two.trustedRoot.tlogs.length, 2);
  });

  it("serves its trust root and signing configuration by TUF", async () => {
    const options = { mirrorURL: sigstore.urls.tuf, rootPath: sigstore.tufRootPath, cachePath: `${folder()}/tuf` };
    const client = await initTUF(options);
    assert.deepEqual(JSON.parse(await client.getTarget("trusted_root.json")), sigstore.trustedRoot);
    const config = await client.getTarget("signing_config.v0.2.json");
    assert.deepEqual(JSON.parse(config), sigstore.trustConfig.signingConfig);
  });

  it("rejects tokens that are expired, for another audience, unverified or of another issuer", async () => {
    const foreign = await startLocalSigstore();
    const tokens = [
      await sigstore.token("alice@example.com", { expiresIn: -60 }),
      await sigstore.token("alice@example.com", { audience: "another-audience" }),
      await sigstore.token("alice@example.com", { claims: { iss: "http://127.0.0.1:1" } }),
      await foreign.token("alice@example.com"),
    ];
    await foreign.stop();
    for (const token of tokens) {
      await assert.rejects(signBundle(1, "", token), { code: "CA_CREATE_SIGNING_CERTIFICATE_ERROR" });
    }
  });

  it("rejects an entry of the old kind in Rekor v2", async () => {
    const body = JSON.stringify({ dsseRequestV002: {} });
    const response = await fetch(`${sigstore.urls.rekorV2}/api/v2/log/entries`, { method: "POST", body });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /must be hashedrekord/u);
  });

  describe("with a configured fault", () => {
    const spoilt = [
      ["rekor-v1=bad-set", 1, "TLOG_INCLUSION_PROMISE_ERROR"],
      ["rekor-v1=bad-proof", 1, "TLOG_INCLUSION_PROOF_ERROR"],
      ["rekor-v1=wrong-log-key", 1, "TLOG_INCLUSION_PROMISE_ERROR"],
      ["rekor-v2=bad-proof", 2, "TLOG_INCLUSION_PROOF_ERROR"],
      ["rekor-v2=wrong-log-key", 2, "TLOG_INCLUSION_PROOF_ERROR"],
      ["timestamps=unknown-authority", 2, "TIMESTAMP_ERROR"],
      ["fulcio=unknown-certificate-log", 1, "CERTIFICATE_ERROR"],
    ] as const;
    for (const [wish, rekor, code] of spoilt) {
      it(`issues a bundle that does not verify for ${wish}, and a valid one afterwards`, async () => {
        const { service, fault } = parseFault(wish);
        sigstore.misbehave(service, fault, 1);
        const bundle = await signBundle(rekor, "alice@example.com");
        assert.throws(() => verifyBundle(bundle), { code });
        verifyBundle(await signBundle(rekor, "alice@example.com"));
      });
    }

    it("issues a certificate for another identity for fulcio=other-identity", async () => {
      sigstore.misbehave("fulcio", { kind: "other-identity" });
      const signer = verifyBundle(await signBundle(1, "alice@example.com"));
      assert.equal(signer.identity?.subjectAlternativeName, "mallory@example.com");
    });

    it("answers with a status, breaks the connection, or takes its time", async () => {
      const ask = (signal: AbortSignal | null = null) => fetch(`${sigstore.urls.tuf}/root.json`, { signal });
      for (const status of [429, 500]) {
        sigstore.misbehave("tuf", { kind: "status", status }, 1);
        assert.equal((await ask()).status, status);
      }
      sigstore.misbehave("tuf", { kind: "reset" }, 1);
      await assert.rejects(ask(), { message: "fetch failed" });
      const undo = sigstore.misbehave("tuf", { kind: "slow", milliseconds: 600_000 });
      await assert.rejects(ask(AbortSignal.timeout(50)), { name: "TimeoutError" });
      undo();
      assert.equal((await ask()).status, 200);
    });

    it("parses faults from a command line, and names unknown ones", () => {
      assert.deepEqual(parseFault("rekor-v2=slow:12000"), {
        service: "rekor-v2",
        fault: { kind: "slow", milliseconds: 12_000 },
      });
      assert.deepEqual(parseFault("fulcio=429"), { service: "fulcio", fault: { kind: "status", status: 429 } });
      for (const wish of ["fulcio", "dns=500", "fulcio=200", "fulcio=bad-set", "tuf=reset=now", "fulcio=toString"]) {
        assert.throws(() => parseFault(wish), Error);
      }
    });
  });
});
