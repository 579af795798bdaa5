import assert from "node:assert/strict";
import { readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { readBundle } from "../../../../src/core/bundle/read-bundle.ts";
import { parseStatement } from "../../../../src/core/bundle/statement.ts";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { findSignatures } from "../../../../src/core/model/find-signatures.ts";
import { sign } from "../../../../src/core/operations/sign/sign.ts";
import { authenticate, type VerifyOptions, verify } from "../../../../src/core/operations/verify/verify.ts";
import type { Verdict } from "../../../../src/core/verdict.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { makeKeys } from "../../../support/keys.ts";
import { skip } from "../../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const prod = makeKeys();
const team = makeKeys();
const stranger = makeKeys();
const pool = new HashPool({ workers: 0 });
const FILES = { "config.json": "{}", "weights/a.bin": "0123456789" };

const identityOf = (keys: typeof prod) =>
  ({ method: "key", privateKey: { label: "k", pem: keys.privatePem } }) as const;
const trustIn = (...keys: (typeof prod)[]) => ({
  keys: keys.map(({ publicPem }, at) => ({ label: `${at}.pub`, pem: publicPem })),
});

describe("several signatures of one model", () => {
  const folder = useTemporaryFolder();
  const model = () => join(folder(), "llama");

  beforeEach(() => writeTree(model(), FILES));
  after(() => pool.dispose());

  async function signWith(keys: typeof prod, name: string, ignorePaths: readonly string[] = []): Promise<void> {
    await sign({ model: model(), signature: join(model(), name), identity: identityOf(keys), pool, ignorePaths });
  }
  async function verifyAll(keys: readonly (typeof prod)[], options: Partial<VerifyOptions> = {}): Promise<Verdict> {
    const signature = await findSignatures(model());
    return verify({ model: model(), signature, trust: trustIn(...keys), pool, ...options });
  }
  const name = (path = "") => relative(model(), path).replaceAll("\\", "/");
  const states = ({ signatures = [] }: Verdict) =>
    signatures.map(({ signature, line, state, decisive }) =>
      [name(signature), ...(line === undefined ? [] : [line]), state, ...(decisive ? ["decides"] : [])].join(" "),
    );

  describe("the one that decides", () => {
    it("is one whose signer is accepted, whatever its name", async () => {
      await signWith(stranger, "model.sig");
      await signWith(prod, "zz.sig");
      const verdict = await verifyAll([prod]);
      assert.equal(verdict.state, "verified");
      assert.equal(name(verdict.signature), "zz.sig");
      assert.deepEqual(states(verdict), ["model.sig unverifiable", "zz.sig verified decides"]);
      assert.equal(verdict.coverage?.bytes, 12);
    });

    it("is found by verifying each signature once", async () => {
      await signWith(stranger, "model.sig");
      await signWith(prod, "zz.sig");
      const signature = await findSignatures(model());
      let reads = 0;
      const { keys } = trustIn(prod);
      const trust = {
        get keys() {
          reads++;
          return keys;
        },
      };
      await authenticate({ model: model(), signature, trust });
      const once = reads;
      assert.ok(once >= signature.length);
      const verdict = await verify({ model: model(), signature, trust, pool });
      assert.equal(verdict.state, "verified");
      assert.equal(reads - once, once);
    });

    it("is one that verifies, of several by accepted signers, and each file is read once", async () => {
      await signWith(prod, "model.sig");
      writeTree(model(), { "config.json": "{ }" });
      await signWith(team, "team.sig");
      let bytes = 0;
      const counting = {
        digest: async (...args: Parameters<HashPool["digest"]>) => {
          const result = await pool.digest(...args);
          bytes += result.bytesRead;
          return result;
        },
      };
      const verdict = await verifyAll([prod, team], { pool: counting });
      assert.deepEqual(states(verdict), ["model.sig modified", "team.sig verified decides"]);
      assert.equal(bytes, 13);
      assert.equal(verdict.coverage?.bytesRead, 13);
      assert.equal(verdict.reading, "full");
    });

    it("is the worst of those by accepted signers if none verifies", async () => {
      await signWith(prod, "model.sig");
      await signWith(stranger, "team.sig");
      writeTree(model(), { "weights/a.bin": "tampered" });
      const verdict = await verifyAll([prod]);
      assert.equal(verdict.state, "modified");
      assert.deepEqual(states(verdict), ["model.sig modified decides", "team.sig unverifiable"]);
      assert.deepEqual(
        verdict.comparison?.changed.map((change) => change.name),
        ["weights/a.bin"],
      );
    });

    it("is the worst of all if no signer is accepted", async () => {
      await signWith(prod, "model.sig");
      await signWith(team, "team.sig");
      const text = readFileSync(join(model(), "team.sig"), "utf8");
      writeFileSync(join(model(), "team.sig"), text.slice(0, text.length / 2));
      assert.deepEqual(states(await verifyAll([stranger])), ["model.sig unverifiable", "team.sig invalid decides"]);
    });

    it("is the one given, and no other", async () => {
      await signWith(stranger, "model.sig");
      await signWith(prod, "team.sig");
      const given = await verifyAll([prod], { signature: join(model(), "model.sig") });
      assert.equal(given.state, "unverifiable");
      assert.equal(given.signatures, undefined);
      assert.equal((await verifyAll([stranger], { signature: join(model(), "model.sig") })).state, "verified");
    });

    it("is one by an accepted signer also if the files are not read", async () => {
      await signWith(stranger, "model.sig");
      await signWith(prod, "team.sig");
      const verdict = await authenticate({
        model: model(),
        signature: await findSignatures(model()),
        trust: trustIn(prod),
      });
      assert.equal(name(verdict.signature), "team.sig");
      assert.deepEqual(states(verdict), ["model.sig unverifiable", "team.sig unchecked decides"]);
    });
  });

  describe("an attack with a further signature", () => {
    it("gains nothing over tampered files, whatever the name and the other signers", async () => {
      await signWith(prod, "model.sig");
      writeTree(model(), { "weights/a.bin": "tampered" });
      for (const [at, attack] of ["a.oms.sig", "release.sigstore.json", "skill.oms.sig"].entries()) {
        await signWith(stranger, attack);
        const verdict = await verifyAll([prod]);
        assert.equal(verdict.state, "modified", attack);
        assert.equal(verdict.signatures?.length, at + 2);
      }
    });

    it("gains nothing if the genuine signature was damaged", async () => {
      await signWith(prod, "model.sig");
      writeFileSync(join(model(), "model.sig"), "{");
      assert.equal((await verifyAll([prod])).state, "invalid");
      await signWith(stranger, "team.sig");
      assert.equal((await verifyAll([prod])).state, "invalid");
    });

    it("gains nothing with an accepted signer's signature of another model", async () => {
      const statement = makeStatement(fileResources({ "config.json": "{}", "weights/a.bin": "other" }), {
        name: "llama",
      });
      writeTree(model(), { "team.sig": bundleText(signBundle(statement, { keys: prod })) });
      await signWith(stranger, "model.sig");
      assert.equal((await verifyAll([prod])).state, "modified");
    });
  });

  describe("claims.jsonl", () => {
    const claim = (keys: typeof prod, files: Record<string, string> = FILES, subject = "llama"): string =>
      JSON.stringify(signBundle(makeStatement(fileResources(files), { name: subject }), { keys }));
    const provenance = JSON.stringify(signBundle({ predicateType: "https://slsa.dev/provenance/v1" }, { keys: prod }));

    it("has one bundle per line, and one whose signer is accepted decides", async () => {
      writeTree(model(), { "claims.jsonl": `${claim(stranger)}\n\n${claim(prod)}\n` });
      const verdict = await verifyAll([prod]);
      assert.equal(verdict.state, "verified");
      assert.deepEqual(states(verdict), ["claims.jsonl 1 unverifiable", "claims.jsonl 3 verified decides"]);
    });

    it("may hold claims of other kinds, and about other models", async () => {
      writeTree(model(), { "claims.jsonl": `${provenance}\n${claim(prod, { x: "y" }, "phi")}\n${claim(prod)}\n` });
      const verdict = await verifyAll([prod]);
      assert.equal(verdict.state, "verified");
      assert.equal(verdict.signatures, undefined);
    });

    it("is invalid with a damaged line and no accepted signer, and still by the accepted one", async () => {
      writeTree(model(), { "claims.jsonl": `${claim(prod)}\n{"a": ${claim(team)}\n` });
      assert.equal((await verifyAll([stranger])).state, "invalid");
      assert.equal((await verifyAll([prod])).state, "verified");
    });

    it("may be one bundle over several lines", async () => {
      const bundle = signBundle(makeStatement(fileResources(FILES), { name: "llama" }), { keys: prod });
      writeTree(model(), { "claims.jsonl": JSON.stringify(bundle, undefined, 2) });
      assert.equal((await verifyAll([prod])).state, "verified");
    });

    it("gains nothing from an unknown key's line over tampered files", async () => {
      const tampered = { ...FILES, "weights/a.bin": "tampered" };
      writeTree(model(), { ...tampered, "claims.jsonl": `${claim(prod)}\n${claim(stranger, tampered)}\n` });
      assert.equal((await verifyAll([prod])).state, "modified");
    });
  });

  describe("another signature in the model's folder", () => {
    const signature = () => join(model(), "model.sig");
    const verifyFirst = (options: Partial<VerifyOptions> = {}) =>
      verify({ model: model(), signature: signature(), trust: trustIn(prod), pool, ...options });
    const added = ({ comparison }: Verdict) => comparison?.added.map((entry) => entry.name);
    const bundle = (files: Record<string, string> = FILES) =>
      signBundle(makeStatement(fileResources(files), { name: "llama" }), { keys: team });

    beforeEach(async () => signWith(prod, "model.sig"));

    it("is not an added file, and the coverage names it", async () => {
      writeTree(model(), {
        "team.sig": bundleText(bundle()),
        "claims.jsonl": `${JSON.stringify(bundle())}\n${JSON.stringify(bundle())}\n`,
        ".kaggle/signing.json": bundleText(bundle()),
      });
      const verdict = await verifyFirst();
      assert.equal(verdict.state, "verified");
      assert.deepEqual(verdict.coverage?.otherSignatures, [".kaggle/signing.json", "claims.jsonl", "team.sig"]);
    });

    it("is an added file if that is denied", async () => {
      writeTree(model(), { "team.sig": bundleText(bundle()) });
      const verdict = await verifyFirst({ otherSignatures: "deny" });
      assert.equal(verdict.state, "modified");
      assert.deepEqual(added(verdict), ["team.sig"]);
    });

    const attacks: Readonly<Record<string, Record<string, string>>> = {
      "code that is called like a signature": { "team.sig": "import os\nos.system('x')\n" },
      "a pickle that is called like a signature": { "team.sig": "\x80\x04\x95cposix\nsystem\n" },
      "a bundle with code after it": { "team.sig": `${JSON.stringify(bundle())}\nimport os\n` },
      "a bundle with a field that no bundle has": { "team.sig": JSON.stringify({ ...bundle(), run: "import os" }) },
      "a bundle with such a field in its verification material": {
        "team.sig": JSON.stringify({
          ...bundle(),
          verificationMaterial: { publicKey: { hint: "x" }, tlogEntries: [], run: "import os" },
        }),
      },
      "a bundle about files that are not the model's": { "team.sig": bundleText(bundle({ "x.bin": "x" })) },
      "a bundle about itself only": { "team.sig": bundleText(bundle({ "team.sig": "x" })) },
      "a statement of another kind": {
        "team.sig": bundleText(signBundle({ predicateType: "https://slsa.dev/provenance/v1" }, { keys: team })),
      },
      "a bundle in a folder below": { "weights/team.sig": bundleText(bundle()) },
      "a bundle that is not called like a signature": { "team.json": bundleText(bundle()) },
      "a line of code in claims.jsonl": { "claims.jsonl": `${JSON.stringify(bundle())}\nimport os\n` },
    };
    for (const [what, tree] of Object.entries(attacks)) {
      it(`does not hide ${what}`, async () => {
        writeTree(model(), tree);
        const verdict = await verifyFirst();
        assert.equal(verdict.state, "modified");
        assert.deepEqual(added(verdict), Object.keys(tree));
      });
    }

    it("does not hide a link to one", async function () {
      if (process.platform === "win32") skip(this, "needs symbolic links");
      writeTree(folder(), { "elsewhere.sig": bundleText(bundle()) });
      symlinkSync("../elsewhere.sig", join(model(), "team.sig"));
      assert.equal((await verifyFirst()).state, "modified");
    });

    it("does not hide one that was signed, and changed", async () => {
      renameSync(signature(), join(folder(), "llama.sig"));
      writeTree(model(), { "team.sig": bundleText(bundle()) });
      const statement = makeStatement(fileResources({ ...FILES, "team.sig": "other" }), { name: "llama" });
      writeTree(model(), { "model.sig": bundleText(signBundle(statement, { keys: prod })) });
      const verdict = await verifyFirst();
      assert.deepEqual(
        verdict.comparison?.changed.map((change) => change.name),
        ["team.sig"],
      );
    });
  });

  describe("a new signature", () => {
    const ignored = async (file: string) => {
      const { envelope } = await readBundle(join(model(), file));
      return parseStatement(envelope.payload, file).manifest.serialization.ignorePaths;
    };

    it("ignores existing ones, by their exact paths, and both verify here", async () => {
      await signWith(prod, "model.sig");
      await signWith(team, "team.sig");
      assert.ok((await ignored("team.sig")).includes("model.sig"));
      for (const [keys, file] of [
        [prod, "model.sig"],
        [team, "team.sig"],
      ] as const) {
        assert.equal((await verifyAll([keys], { signature: join(model(), file) })).state, "verified", file);
      }
      const { coverage } = await verifyAll([team], { signature: join(model(), "team.sig") });
      assert.deepEqual(
        coverage?.ignored.filter((entry) => entry.source === "signer"),
        [],
      );
    });

    it("warns that other verifiers reject the earlier one, unless it is next to the model", async () => {
      await signWith(prod, "model.sig");
      const signIt = (signature: string) => sign({ model: model(), signature, identity: identityOf(team), pool });
      const inside = await signIt(join(model(), "team.sig"));
      assert.match(inside.warnings.join("\n"), /^"model\.sig" is another signature .* "team\.sig" was added/m);
      const beside = await signIt(join(folder(), "llama.sig"));
      assert.deepEqual(beside.warnings, []);
    });

    it("covers files that only have the name of a signature", async () => {
      writeTree(model(), { "code.sig": "import os\n" });
      await signWith(prod, "model.sig");
      assert.ok(!(await ignored("model.sig")).includes("code.sig"));
      writeTree(model(), { "code.sig": "import sys\n" });
      assert.equal((await verifyAll([prod])).state, "modified");
    });
  });
});
