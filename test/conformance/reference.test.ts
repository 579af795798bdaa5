import assert from "node:assert/strict";
import { appendFileSync, chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { inspect } from "../../src/core/operations/inspect.ts";
import { verify } from "../../src/core/operations/verify/verify.ts";
import type { Trust } from "../../src/core/trust.ts";
import { makeChain } from "../support/certificates.ts";
import { failsWith } from "../support/errors.ts";
import { makeKeys } from "../support/keys.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";
import { VECTORS } from "../support/vectors.ts";

/** Models signed by released versions of the reference implementation with keys and certificates. */
describe("models signed by the reference implementation", () => {
  const pool = new HashPool({ workers: 0 });
  const folder = useTemporaryFolder();
  after(() => pool.dispose());
  if (VECTORS === undefined) {
    it("are skipped without the test vectors (set OMS_VECTORS)");
    return;
  }
  const reference = join(VECTORS, "reference");
  const pem = (name: string) => ({ label: name, pem: readFileSync(join(reference, "keys/certificate", name), "utf8") });
  const trust: Trust = {
    keys: [pem("signing-key-pub.pem")],
    certificates: { roots: [pem("ca-cert.pem")] },
  };
  const others: Trust = {
    keys: [{ label: "other.pub", pem: makeKeys().publicPem }],
    certificates: { roots: [{ label: "other.pem", pem: makeChain().root.pem }] },
  };

  const names = readdirSync(reference).filter(
    (name) => name.endsWith("-certificate") || name.endsWith("-elliptic-key"),
  );
  it("are all found", () => {
    assert.equal(names.length, 9);
  });

  for (const name of names) {
    describe(name, () => {
      // These two sign the single file beside the signature.
      const single = /^v(0\.3\.1|1\.0\.0)-elliptic-key$/.test(name);
      const copied = () => join(folder(), name);
      const model = () => (single ? join(copied(), "signme-1") : copied());
      const signature = () => join(copied(), "model.sig");
      const verifyIt = async (trusted: Trust = trust) =>
        await verify({
          model: model(),
          signature: signature(),
          trust: trusted,
          pool,
          ...(name.startsWith("v1.0.1-") && { ignorePaths: ["ignore-me"] }),
        });
      const signed = async () =>
        (await inspect(signature())).resources.map(({ file }) => (file === "." ? "signme-1" : file));
      beforeEach(() => {
        cpSync(join(reference, name), copied(), { recursive: true });
        for (const path of readdirSync(copied())) chmodSync(join(copied(), path), 0o644);
        chmodSync(copied(), 0o755);
      });

      it("verifies", async () => {
        const verdict = await verifyIt();
        assert.equal(verdict.state, "verified", JSON.stringify(verdict, undefined, 1));
        assert.equal(verdict.legacy === true, name.startsWith("v0.2.0"));
        assert.equal(verdict.coverage?.files, single ? 1 : 2);
      });

      it("is rejected after any one byte of any signed file changes", async () => {
        for (const file of await signed()) {
          const path = join(copied(), file);
          const original = readFileSync(path);
          for (let position = 0; position < original.length; position++) {
            const changed = Buffer.from(original);
            changed[position] = (changed[position] ?? 0) ^ 1;
            writeFileSync(path, changed);
            const { state, comparison } = await verifyIt();
            assert.equal(state, "modified");
            assert.deepEqual(
              comparison?.changed.map(({ name: changedName }) => changedName),
              [file],
            );
          }
          writeFileSync(path, original);
        }
        assert.equal((await verifyIt()).state, "verified");
      });

      if (single) {
        it("is rejected after the file is removed", async () => {
          rmSync(model());
          await failsWith("MODEL_NOT_FOUND", () => verifyIt());
        });
      } else {
        it("is rejected after a file is added", async () => {
          writeFileSync(join(copied(), "added"), "");
          const { state, comparison } = await verifyIt();
          assert.equal(state, "modified");
          assert.deepEqual(comparison?.added, [{ name: "added" }]);
        });

        it("is rejected after a file is removed", async () => {
          for (const file of await signed()) {
            const original = readFileSync(join(copied(), file));
            rmSync(join(copied(), file));
            const { state, comparison } = await verifyIt();
            assert.equal(state, "modified");
            assert.deepEqual(comparison?.missing, [{ name: file, ignored: false }]);
            writeFileSync(join(copied(), file), original);
          }
        });
      }

      it("is rejected after a file grows", async () => {
        appendFileSync(join(copied(), "signme-1"), "\n");
        assert.equal((await verifyIt()).state, "modified");
      });

      it("cannot be verified with another key or root", async () => {
        const { state, reasons, signer } = await verifyIt(others);
        assert.equal(state, "unverifiable");
        assert.equal(reasons[0]?.code, name.endsWith("certificate") ? "CERTIFICATE_UNTRUSTED_ROOT" : "KEY_MISMATCH");
        assert.equal(signer, undefined);
      });

      it("is never verified after any one character of its signature changes", async function () {
        this.timeout(60_000);
        const original = readFileSync(signature(), "utf8");
        assert.equal(statSync(signature()).size, original.length);
        const bundle = JSON.parse(original);
        const { payload, signatures } = bundle.dsseEnvelope;
        const replace = (text: string, position: number) => {
          const other = text[position] === "A" ? "B" : "A";
          return text.slice(0, position) + other + text.slice(position + 1);
        };
        const sig: string = signatures[0].sig;
        const variants: unknown[] = [];
        for (let position = 0; position < payload.length; position += 7) {
          variants.push({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload: replace(payload, position) } });
        }
        for (let position = 0; position < sig.length; position++) {
          const changed = replace(sig, position);
          if (Buffer.from(changed, "base64").equals(Buffer.from(sig, "base64"))) continue;
          variants.push({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures: [{ sig: changed }] } });
        }
        for (const variant of variants) {
          writeFileSync(signature(), JSON.stringify(variant));
          const { state } = await verifyIt();
          assert.ok(state === "invalid" || state === "unverifiable", state);
        }
      });
    });
  }
});
