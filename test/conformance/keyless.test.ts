import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseBundle } from "../../src/core/bundle/parse-bundle.ts";
import { ProvenanceError } from "../../src/core/errors.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { authenticate, verify } from "../../src/core/operations/verify/verify.ts";
import type { ExpectedIdentity } from "../../src/core/trust.ts";
import type { SigstoreSigner } from "../../src/core/verification/signer.ts";
import type { TrustRoot } from "../../src/core/verification/trust-root.ts";
import { readTrustConfigFile } from "../../src/core/verification/trust-root-files.ts";
import { PUBLIC_INSTANCE } from "../../src/core/verification/trust-root-instances.ts";
import { loadTrustRoot } from "../../src/core/verification/trust-root-store.ts";
import { verifyBundle } from "../../src/core/verification/verify-bundle.ts";
import { bundleFaults } from "../support/bundle-faults.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";
import { VECTORS } from "../support/vectors.ts";

interface Vector {
  readonly name: string;
  readonly expected: ExpectedIdentity;
  readonly root: (vectors: string) => Promise<TrustRoot>;
  readonly log: SigstoreSigner["log"];
}

const PUBLIC = { identity: "stefanb@us.ibm.com", issuer: "https://sigstore.verify.ibm.com/oauth2" };
const PRIVATE = { identity: "alice@example.com", issuer: "http://127.0.0.1:19001/dex" };
// A folder that does not exist: the root that the program brings along.
const builtIn = (vectors: string) => loadTrustRoot(PUBLIC_INSTANCE, join(vectors, "no-such-folder"));
const rekor = (index: string, time: string) => ({
  url: "https://rekor.sigstore.dev",
  index,
  time,
  entry: "dsse/0.0.1",
});

const KEYLESS: readonly Vector[] = [
  { name: "reference/v0.3.1-sigstore", index: "206342049", time: "2025-05-03T01:10:02.000Z" },
  { name: "reference/v1.0.0-sigstore", index: "206344181", time: "2025-05-03T01:34:46.000Z" },
  { name: "reference/v1.0.1-sigstore", index: "588939812", time: "2025-10-07T15:33:48.000Z" },
  { name: "reference/v1.1.0-sigstore", index: "598151086", time: "2025-10-10T02:12:20.000Z" },
].map(({ name, index, time }): Vector => ({ name, expected: PUBLIC, root: builtIn, log: rekor(index, time) }));

const VECTORS_KEYLESS: readonly Vector[] = [
  ...KEYLESS,
  {
    name: "private-sigstore/rekor-v1",
    expected: PRIVATE,
    root: (vectors) => readTrustConfigFile(join(vectors, "private-sigstore/trust_config.json")),
    log: { url: "http://127.0.0.1:19007", index: "0", time: "2026-11-23T03:21:00.000Z", entry: "dsse/0.0.1" },
  },
  {
    name: "private-sigstore/rekor-v2",
    expected: PRIVATE,
    root: (vectors) => readTrustConfigFile(join(vectors, "private-sigstore/trusted_root.json")),
    log: { url: "http://127.0.0.1:19009", index: "0", entry: "hashedrekord/0.0.2" },
  },
];

/** Models signed with a login, by the reference implementation; nothing here has a network. */
describe("keyless models of the reference implementation", () => {
  const pool = new HashPool({ workers: 0 });
  const folder = useTemporaryFolder();
  after(() => pool.dispose());
  if (VECTORS === undefined) {
    it("are skipped without the test vectors (set OMS_VECTORS)");
    return;
  }
  const vectors = VECTORS;

  it("are all found", () => {
    const found = ["reference", "private-sigstore"].flatMap((group) =>
      readdirSync(join(vectors, group))
        .filter((name) => name.endsWith("-sigstore") || existsSync(join(vectors, group, name, "config.json")))
        .map((name) => `${group}/${name}`),
    );
    assert.deepEqual(found.sort(), VECTORS_KEYLESS.map(({ name }) => name).sort());
  });

  for (const vector of VECTORS_KEYLESS) {
    describe(vector.name, () => {
      const { expected } = vector;
      const { identity, issuer } = expected;
      const original = join(vectors, vector.name);
      const model = () => join(folder(), "model");
      const signature = () => join(model(), "model.sig");
      const check = async (identities: readonly ExpectedIdentity[] = [expected]) =>
        verify({
          model: model(),
          signature: signature(),
          trust: { sigstore: { root: await vector.root(vectors), identities } },
          pool,
          ...(vector.name.includes("v1.0.1-") && { ignorePaths: ["ignore-me"] }),
        });
      const signed = () =>
        readdirSync(original, { recursive: true, encoding: "utf8" }).filter(
          (name) => statSync(join(original, name)).isFile() && name !== "model.sig" && name !== "ignore-me",
        );
      beforeEach(() => {
        cpSync(original, model(), { recursive: true });
        for (const name of ["", ...readdirSync(model(), { recursive: true, encoding: "utf8" })]) {
          chmodSync(join(model(), name), 0o755);
        }
      });

      it("verifies with its identity and issuer", async () => {
        const verdict = await check();
        assert.equal(verdict.state, "verified", JSON.stringify(verdict, undefined, 1));
        const { signer } = verdict;
        assert.ok(signer?.method === "sigstore");
        assert.deepEqual([signer.identity, signer.identityType, signer.issuer], [identity, "email", issuer]);
        assert.deepEqual(signer.log, vector.log);
        assert.ok(signer.certificate.notBefore <= signer.signedAt && signer.signedAt <= signer.certificate.notAfter);
        assert.equal(signer.timestamps.length, vector.name.includes("v1.1.0") || expected === PRIVATE ? 1 : 0);
        assert.equal(signer.trustRoot.origin, expected === PUBLIC ? "built-in" : "file");
      });

      const others: readonly (readonly [string, ExpectedIdentity])[] = [
        ["a prefix", { identity: identity.slice(0, -1), issuer }],
        ["a suffix", { identity: identity.slice(1), issuer }],
        ["something longer", { identity: `${identity}.example`, issuer }],
        ["another case", { identity: identity.toUpperCase(), issuer }],
        ["a pattern", { identity: identity.replaceAll(/\w/g, "."), issuer }],
        ["a pattern of anything", { identity: ".*@.*", issuer }],
        ["nothing", { identity: "", issuer }],
        ["another type of subject", { identity, issuer, type: "uri" }],
        ["a prefix of the issuer", { identity, issuer: issuer.slice(0, -1) }],
        ["the issuer with a slash", { identity, issuer: `${issuer}/` }],
        ["another issuer", { identity, issuer: "https://accounts.google.com" }],
        ["no issuer", { identity, issuer: "" }],
      ];
      for (const [what, other] of others) {
        it(`is not accepted for ${what}`, async () => {
          const verdict = await check([other]);
          assert.equal(verdict.state, "untrusted");
          assert.equal(verdict.reasons[0]?.code, "SIGSTORE_IDENTITY");
        });
      }

      it("has a signer that is reported but not accepted if no identity is expected", async () => {
        const verdict = await check([]);
        assert.equal(verdict.state, "untrusted");
        assert.equal(verdict.reasons[0]?.code, "SIGSTORE_IDENTITY_MISSING");
        assert.equal(verdict.signer?.method === "sigstore" && verdict.signer.identity, identity);
      });

      it("is accepted if it is one of several expected identities", async () => {
        assert.equal((await check([{ identity: "bob@example.com", issuer }, expected])).state, "verified");
      });

      it("is rejected after one byte of any file changes", async () => {
        for (const file of signed()) {
          const path = join(model(), file);
          const bytes = readFileSync(path);
          const middle = bytes.length >> 1;
          for (const position of new Set([0, middle, bytes.length - 1])) {
            const changed = Buffer.from(bytes);
            changed[position] = (changed[position] ?? 0) ^ 1;
            writeFileSync(path, changed);
            const { state, comparison } = await check();
            assert.equal(state, "modified");
            assert.deepEqual(
              comparison?.changed.map(({ name }) => name),
              [file],
            );
          }
          writeFileSync(path, bytes);
        }
      });

      it("is rejected after a file is added", async () => {
        writeFileSync(join(model(), "added"), "");
        assert.equal((await check()).state, "modified");
      });

      it("is rejected after a file is removed", async () => {
        for (const file of signed()) {
          const bytes = readFileSync(join(model(), file));
          rmSync(join(model(), file));
          assert.equal((await check()).state, "modified");
          writeFileSync(join(model(), file), bytes);
        }
      });

      it("cannot be verified with the trust root of another instance", async () => {
        const foreign = VECTORS_KEYLESS.find((other) => other.expected !== expected);
        assert.ok(foreign);
        const verdict = await authenticate({
          model: model(),
          signature: signature(),
          trust: { sigstore: { root: await foreign.root(vectors), identities: [expected] } },
        });
        assert.equal(verdict.state, "unverifiable");
        assert.equal(verdict.reasons[0]?.code, "SIGSTORE_AUTHORITY_UNKNOWN");
        assert.equal(verdict.signer, undefined);
      });

      it("is not authentic after any one bit of what was signed, certified, logged or timestamped changes", async function () {
        this.timeout(120_000);
        const trust = { sigstore: { root: await vector.root(vectors), identities: [expected] } };
        const attempt = async (bytes: Buffer): Promise<{ kind: string; code: string; result?: unknown }> => {
          try {
            const { signer, rejection } = await verifyBundle(parseBundle(bytes, "model.sig"), trust, "model.sig");
            return { kind: rejection?.kind ?? "accepted", code: rejection?.code ?? "", result: signer };
          } catch (error) {
            assert.ok(error instanceof ProvenanceError, String(error));
            return { kind: error.kind, code: error.code };
          }
        };
        const bytes = readFileSync(signature());
        const genuine = await attempt(bytes);
        assert.equal(genuine.kind, "accepted");
        for (const { where, what, changed } of bundleFaults(
          bytes,
          vector.name.includes("v1.1.0-") || expected === PRIVATE ? 2 : 7,
        )) {
          const { kind, code, result } = await attempt(changed);
          if (kind === "accepted") {
            // A bit that stands for nothing.
            assert.deepEqual(result, genuine.result, where);
            assert.ok(!what.relied, `${where} was changed, which was not noticed`);
          } else {
            assert.ok(kind === "invalid" || kind === "unable", `${where}: ${code}`);
          }
          if (what.red) assert.equal(kind, "invalid", `${where} was changed: ${code}`);
        }
      });
    });
  }
});
