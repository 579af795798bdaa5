import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { makeChain } from "../../support/certificates.ts";
import { makeKeys } from "../../support/keys.ts";
import type { CliResult } from "../../support/run-cli.ts";
import { runMain } from "../../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const SCHEMA: object = JSON.parse(
  readFileSync(new URL("../../../schemas/report.schema.json", import.meta.url), "utf8"),
);
const isReport = new Ajv2020({ strict: true, allErrors: true }).compile(SCHEMA);
const keys = makeKeys();
const chain = makeChain();
const FILES = { "config.json": "{}", "model.safetensors": "0123456789", empty: "" };
const MATCHES = "The signature matches this manifest; files were not read here.";

describe("with a manifest of digest --merge,", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const run = (...args: string[]): Promise<CliResult> =>
    runMain(
      args.map((arg) => arg.replace("DIR", folder())),
      { cwd: folder(), env: { HOME: folder(), XDG_CACHE_HOME: at("cache") } },
    );
  const manifest = async (...more: string[]): Promise<void> => {
    rmSync(at("parts"), { recursive: true, force: true });
    mkdirSync(at("parts"));
    for (const index of [0, 1])
      await done("digest", "DIR/models/llama", `--part=${index}/2`, `--output=DIR/parts/${index}.json`, ...more);
    await done("digest", "DIR/models/llama", "--merge=DIR/parts", "--output=DIR/all.json");
  };
  const done = async (...args: string[]): Promise<CliResult> => {
    const result = await run(...args);
    assert.equal(result.status, 0, result.stderr + result.stdout);
    return result;
  };
  const SIGN = ["sign", "key", "DIR/models/llama", "--private-key=DIR/key.pem", "--manifest=DIR/all.json"];
  const VERIFY = ["verify", "key", "DIR/models/llama", "--public-key=DIR/key.pub"];
  const WITH = "--manifest=DIR/all.json";
  const rejects = ({ status, stdout, stderr }: CliResult, message: RegExp, expected = 2): void => {
    assert.match(stderr, message);
    assert.deepEqual([status, stdout], [expected, ""]);
  };

  beforeEach(async () => {
    writeTree(at("models/llama"), FILES);
    writeTree(folder(), { "key.pem": keys.privatePem, "key.pub": keys.publicPem, "other.pub": makeKeys().publicPem });
    await manifest();
  });

  describe("sign", () => {
    it("reports that no content was read, and the signature verifies in full", async () => {
      const { stdout, stderr } = await done(...SIGN);
      assert.match(stderr, /No content was read: the digests are those of .*all\.json, and names and sizes are those/);
      assert.match(stdout, /3 signed, 0 B read/);
      assert.match((await done(...VERIFY)).stdout, /✓ Verified/);
    });

    for (const [kind, options] of Object.entries({
      "shards and another hash": ["--shard-size=4", "--hash=blake3"],
      "excluded paths": ["--ignore-paths=DIR/models/llama/empty", "--no-ignore-git-paths"],
    })) {
      it(`signs ${kind} as they are in the parts`, async () => {
        await manifest(...options);
        await done(...SIGN);
        assert.match((await done(...VERIFY)).stdout, /✓ Verified/);
      });
    }

    it("gives the same statement as signing the files themselves", async () => {
      await done(...SIGN, "--signature=DIR/a.sig");
      await done(...SIGN.filter((arg) => !arg.startsWith("--manifest")), "--signature=DIR/b.sig");
      const payload = (name: string) => {
        const { predicate, subject } = JSON.parse(
          Buffer.from(JSON.parse(readFileSync(at(name), "utf8")).dsseEnvelope.payload, "base64").toString(),
        );
        return { resources: predicate.resources, subject };
      };
      assert.deepEqual(payload("a.sig"), payload("b.sig"));
    });

    it("does not read contents: a file that was changed with the same size is signed as it was, and verify finds it", async () => {
      writeFileSync(at("models/llama/model.safetensors"), "9876543210");
      await done(...SIGN);
      const { status, stdout } = await run(...VERIFY);
      assert.equal(status, 1);
      assert.match(stdout, /✗ Changed since signing/);
    });

    const differences: Readonly<Record<string, readonly [() => void, RegExp]>> = {
      "another size": [
        () => appendFileSync(at("models/llama/config.json"), " "),
        /"config\.json" has 3 bytes, and 2 in the manifest/,
      ],
      "a file less": [() => rmSync(at("models/llama/empty")), /"empty" is not in the model/],
      "a file more": [() => writeTree(at("models/llama"), { "a/new": "n" }), /"a\/new" is not in the manifest/],
    };
    for (const [what, [change, message]] of Object.entries(differences)) {
      it(`rejects a model with ${what}`, async () => {
        change();
        rejects(await run(...SIGN), message);
        assert.ok(!existsSync(at("models/llama/model.sig")));
      });
    }

    it("signs again, and asks where the digests differ from the earlier signature", async () => {
      await done(...SIGN);
      await done(...SIGN);
      writeFileSync(at("models/llama/config.json"), "[]");
      await manifest();
      rejects(await run(...SIGN), /1 file differs from the signature/, 1);
      await done(...SIGN, "--yes");
      await done(...VERIFY);
    });

    it("rejects a part, a file that is no manifest, and one that does not exist", async () => {
      rejects(await run(...SIGN, "--manifest=DIR/parts/0.json"), /is part 0\/2 of a model: join all parts with/);
      rejects(await run(...SIGN, "--manifest=DIR/key.pub"), /key\.pub is not a manifest/);
      rejects(await run(...SIGN, "--manifest=DIR/none.json"), /none\.json cannot be read: ENOENT/);
    });

    it("rejects a private key that a part found, unless forced", async () => {
      writeTree(at("models/llama"), { "deep/server.key": makeKeys().privatePem });
      await manifest();
      rejects(await run(...SIGN), /"deep\/server\.key" contains a private key/, 1);
      await done(...SIGN, "--force");
    });

    for (const option of ["--hash=sha256", "--shard-size=4", "--ignore-paths=x", "--allow-symlinks", "--full"]) {
      it(`rejects ${option}: the manifest determines what is signed`, async () => {
        rejects(await run(...SIGN, option), /and --manifest exclude each other/);
      });
    }

    it("is reported as JSON", async () => {
      const report = JSON.parse((await done(...SIGN, "--json")).stdout);
      assert.equal(isReport(report), true, JSON.stringify(isReport.errors, null, 2));
      assert.equal(report.coverage.bytesRead, 0);
      assert.match(report.warnings[0], /No content was read/);
    });
  });

  describe("verify", () => {
    beforeEach(() => done(...SIGN));

    it('has a separate result, which is not "verified"', async () => {
      const { status, stdout } = await run(...VERIFY, WITH);
      assert.equal(status, 3);
      assert.equal(stdout.trimEnd().split("\n").at(-1), `○ llama: ${MATCHES}`);
      assert.doesNotMatch(stdout, /verified|✓/i);
    });

    it("reads no file, and needs none", async () => {
      writeFileSync(at("models/llama/model.safetensors"), "9876543210");
      rmSync(at("models/llama/config.json"));
      assert.equal((await run(...VERIFY, WITH)).status, 3);
    });

    it("is never verified in JSON", async () => {
      const report = JSON.parse((await run(...VERIFY, WITH, "--json")).stdout);
      assert.equal(isReport(report), true, JSON.stringify(isReport.errors, null, 2));
      const none = { count: 0, names: [] };
      assert.deepEqual(report.manifest, {
        file: at("all.json"),
        matches: true,
        changed: none,
        missing: none,
        added: none,
      });
      assert.deepEqual([report.verified, report.verdict.state], [false, "unchecked"]);
    });

    it("names what differs from the manifest", async () => {
      writeTree(at("models/llama"), { "config.json": "[]", new: "n" });
      rmSync(at("models/llama/empty"));
      await manifest();
      const { status, stdout } = await run(...VERIFY, WITH);
      assert.equal(status, 1);
      assert.match(stdout, /changed +config\.json .*\n +missing +empty\n +added +new\n/);
      assert.match(stdout, /✗ llama: The signature does not match this manifest; files were not read here\.\n$/);
      const report = JSON.parse((await run(...VERIFY, WITH, "--json")).stdout);
      assert.equal(isReport(report), true, JSON.stringify(isReport.errors, null, 2));
      assert.equal(report.manifest.matches, false);
    });

    it("rejects another key, a signature that was altered, and a signer that was not expected", async () => {
      const unknown = await run(...VERIFY, "--public-key=DIR/other.pub", WITH);
      assert.equal(unknown.status, 1);
      assert.match(unknown.stdout, /\? Can't be verified here/);

      writeTree(folder(), { "alice.pem": chain.leaf.pem, "alice.key": chain.leaf.keys.privatePem });
      writeTree(folder(), { "between.pem": chain.intermediate.pem, "root.pem": chain.root.pem });
      const certificates = ["--signing-certificate=DIR/alice.pem", "--certificate-chain=DIR/between.pem"];
      const signed = ["sign", "certificate", "DIR/models/llama", "--private-key=DIR/alice.key", ...certificates, WITH];
      await done(...signed, "--signature=DIR/alice.sig");
      const check = ["verify", "certificate", "DIR/models/llama", "--signature=DIR/alice.sig"];
      const byRoot = [...check, "--certificate-chain=DIR/root.pem", WITH];
      assert.equal((await run(...byRoot)).status, 3);
      const other = await run(...byRoot, "--identity-subject=bob@example.org");
      assert.equal(other.status, 1);
      assert.match(other.stdout, /✗ llama: .*does not have/);

      const text = readFileSync(at("models/llama/model.sig"), "utf8");
      const bundle = JSON.parse(text);
      const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString().replace('"empty"', '"other"');
      bundle.dsseEnvelope.payload = Buffer.from(payload).toString("base64");
      writeFileSync(at("models/llama/model.sig"), JSON.stringify(bundle));
      const altered = await run(...VERIFY, WITH);
      assert.equal(altered.status, 1);
      assert.match(altered.stdout, /✗ Signature not valid/);
    });

    it("says which options the manifest would need", async () => {
      await manifest("--hash=blake3");
      rejects(await run(...VERIFY, WITH), /has other digests than the signature: digest the model with --hash sha256/);
      await manifest("--ignore-paths=DIR/models/llama/empty");
      rejects(await run(...VERIFY, WITH), /excludes "empty", and the signature does not/);
      rejects(await run(...VERIFY, "--manifest=DIR/parts/0.json"), /is part 0\/2 of a model/);
    });

    it("says that there is no signature", async () => {
      rmSync(at("models/llama/model.sig"));
      const { status, stdout } = await run(...VERIFY, WITH);
      assert.equal(status, 1);
      assert.match(stdout, /○ Not signed/);
    });
  });

  it("is not accepted by scan, which reads the files", async () => {
    await done(...SIGN);
    writeFileSync(at("models/llama/model.safetensors"), "9876543210");
    assert.equal((await run(...VERIFY, WITH)).status, 3);
    rejects(await run("scan", "DIR/models", "--public-key=DIR/key.pub", WITH), /There is no option --manifest/);
    rejects(await run("verify", "DIR/models/llama", "--policy=DIR/p.yaml", WITH), /There is no option --manifest/);
    const { status, stdout } = await run("scan", "DIR/models", "--public-key=DIR/key.pub");
    assert.equal(status, 1);
    assert.match(stdout, /✗ Changed since signing/);
  });
});
