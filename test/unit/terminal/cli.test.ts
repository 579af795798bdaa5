import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import { fileResources, rootDigest, shardResources } from "../../support/bundles.ts";
import { makeChain } from "../../support/certificates.ts";
import { makeKeys } from "../../support/keys.ts";
import { CLI, type CliOptions, type CliResult, runCli } from "../../support/run-cli.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const FILES = { "config.json": "{}", "weights/model.bin": "0123456789" };
const keys = makeKeys("P-384");
const chain = makeChain();

/** The program as a person starts it: a process of its own, its two streams and its exit status. */
describe("the command line", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const run = (args: string, options: CliOptions = {}): Promise<CliResult> =>
    runCli(args.split(" "), { cwd: folder(), ...options });
  const lines = ({ stdout }: CliResult): string[] => stdout.trimEnd().split("\n");

  beforeEach(() => {
    writeTree(at("llama"), { ...FILES, ".gitattributes": "x" });
    writeFileSync(at("key.pem"), keys.privatePem);
    writeFileSync(at("key.pub"), keys.publicPem);
    writeFileSync(at("alice.pem"), chain.leaf.pem);
    writeFileSync(at("alice.key"), chain.leaf.keys.privatePem);
    writeFileSync(at("between.pem"), chain.intermediate.pem);
    writeFileSync(at("root.pem"), chain.root.pem);
  });

  it("signs and verifies with a key, with readable output", async () => {
    const signed = await run("sign key llama --private-key key.pem");
    assert.equal(signed.status, 0, signed.stderr);
    assert.equal(signed.stderr, "");
    const root = rootDigest(fileResources(FILES));
    const [first, by, signature, files, excluded, digest, last] = lines(signed);
    assert.equal(first, "✓ Signed  llama");
    assert.match(by ?? "", /^ {2}signed by {2}key key\.pem \(P-384, sha256 [0-9a-f]{12}…\)$/);
    assert.equal(signature, `  signature  ${join("llama", "model.sig")}`);
    assert.match(files ?? "", /^ {2}files {6}2 signed, 12 B read in \d+\.\d s$/);
    assert.equal(excluded, "             excluded by default: .gitattributes");
    assert.equal(digest, `  digest     sha256:${root}`);
    assert.equal(last, "✓ Signed: llama by key key.pem, 2 files");

    const verified = await run("verify key llama --signature llama/model.sig --public-key key.pub");
    assert.equal(verified.status, 0, verified.stdout);
    assert.equal(verified.stderr, "");
    assert.match(
      verified.stdout,
      /^✓ Verified {2}llama\n {2}signed by {2}key key\.pub \(P-384, sha256 [0-9a-f]{12}…\)\n {2}accepted {3}the key given\n {2}files {6}2 signed, 12 B read in \d+\.\d s\n {13}excluded by the signer: \.gitattributes\n✓ llama is what key key\.pub signed, unchanged\.\n$/,
    );
  });

  it("says that the current directory is gone", () => {
    if (process.platform !== "linux") return;
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" scan .';
    const { status, stderr } = spawnSync("sh", ["-c", script, process.execPath, CLI], {
      cwd: folder(),
      encoding: "utf8",
    });
    assert.equal(stderr, "The current directory does not exist any more. Change to another one, and try again.\n");
    assert.equal(status, 2);
  });

  it("names all changed files, and exits 1", async () => {
    await run("sign key llama --private-key key.pem");
    writeTree(at("llama"), { "config.json": "[]", "new\x1b[2J.bin": "n", "weights/other.bin": "o" });
    rmSync(at("llama/weights/model.bin"));
    const { status, stdout, stderr } = await run(
      "verify key llama --signature llama/model.sig --public-key key.pub --long",
    );
    assert.equal(status, 1);
    assert.equal(stderr, "");
    const [first, changed, missing, added, more] = stdout.split("\n");
    const [config] = fileResources({ "config.json": "{}" });
    const [found] = fileResources({ "config.json": "[]" });
    assert.equal(first, "✗ Changed since signing  llama");
    assert.equal(changed, `  changed    config.json  expected ${config?.digest}, found ${found?.digest}`);
    assert.equal(missing, "  missing    weights/model.bin");
    assert.equal(added, "  added      new\\x1b[2J.bin");
    assert.equal(more, "             weights/other.bin");
    assert.match(
      stdout,
      /\n✗ llama doesn't match its signature: 1 changed, 1 missing, 2 added \(signed by key key\.pub\)\.\n$/,
    );
  });

  it("signs and verifies with a certificate, and prints fingerprints where asked", async () => {
    const flags = "--private_key alice.key --signing_certificate alice.pem --certificate_chain between.pem";
    const signed = await run(`sign certificate llama ${flags}`);
    assert.equal(signed.status, 0, signed.stderr);
    const verified = await run(
      "verify certificate llama --signature llama/model.sig --certificate-chain root.pem --identity-subject alice@example.com --log-fingerprints",
    );
    assert.equal(verified.status, 0, verified.stdout);
    const [first, by, name, valid, accepted] = lines(verified);
    assert.equal(first, "✓ Verified  llama");
    assert.equal(by, "  signed by  CN=Alice,O=Example");
    assert.equal(name, "             email:alice@example.com");
    assert.match(
      valid ?? "",
      /^ {13}certificate valid until \d{4}-\d\d-\d\d, issued by CN=Example Models CA,O=Example$/,
    );
    assert.equal(
      accepted,
      "  accepted   the root given: CN=Example Root,O=Example, and the name given (alice@example.com)",
    );
    const fingerprints = verified.stderr.trimEnd().split("\n");
    assert.equal(fingerprints.length, 3);
    for (const line of fingerprints)
      assert.match(line, /^(root\.pem|llama\/model\.sig) {2}sha256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const quiet = await run(
      "--log-level=warning verify certificate llama --certificate-chain root.pem --log-fingerprints --signature llama/model.sig",
    );
    assert.equal(quiet.stderr, "");
  });

  it("finds the signature in the model's folder if none is given, and names it", async () => {
    await run("sign key llama --private-key key.pem");
    const result = await run("verify key llama --public-key key.pub");
    assert.equal(result.status, 0);
    assert.equal(lines(result)[3], `  signature  ${join("llama", "model.sig")}`);
  });

  it("accepts . as the model", async () => {
    const signed = await run("sign key . --private-key ../key.pem", { cwd: at("llama") });
    assert.equal(signed.status, 0, signed.stderr);
    const verified = await run("verify key . --signature model.sig --public-key ../key.pub", { cwd: at("llama") });
    assert.equal(lines(verified)[0], "✓ Verified  llama");
    assert.equal(verified.status, 0);
  });

  it("says that a model is not signed", async () => {
    const result = await run("verify key llama --public-key key.pub");
    assert.equal(result.status, 1);
    assert.deepEqual(lines(result), [
      "○ Not signed  llama",
      "  reason     There is no signature in llama or next to it. If it is elsewhere, give it with --signature.",
      "○ llama is not signed.",
    ]);
  });

  it("resolves paths to ignore against the current directory, at signing and at verifying", async () => {
    writeTree(at("llama"), { "notes.txt": "n", "config.json": "{}" });
    const signed = await run(
      "sign key llama --private-key key.pem --ignore-paths llama/notes.txt --ignore-paths config.json",
    );
    assert.match(signed.stdout, /excluded by you: notes\.txt\n/);
    writeTree(at("llama"), { "later.txt": "l" });
    const verify = "verify key llama --signature llama/model.sig --public-key key.pub";
    assert.equal((await run(verify)).status, 1);
    const ignored = await run(`${verify} --ignore_paths=llama/later.txt`);
    assert.equal(ignored.status, 0);
    assert.match(ignored.stdout, /excluded by you: later\.txt\n/);
    const passed = await run(`${verify} --ignore-unsigned-files`);
    assert.equal(passed.status, 0);
    assert.match(passed.stdout, /not signed, allowed: later\.txt\n/);
    assert.equal((await run(`${verify} --ignore-unsigned-files --no-ignore-unsigned-files`)).status, 1);
  });

  it("signs git's files and follows symlinks if asked; verify accepts both flags and needs neither", async function () {
    if (process.platform === "win32") this.skip();
    spawnSync("ln", ["-s", "config.json", at("llama/link.json")]);
    const refused = await run("sign key llama --private-key key.pem");
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^Signing failed: llama cannot be signed: "link\.json" is a symbolic link\./);
    const signed = await run("sign key llama --private-key key.pem --allow-symlinks --no-ignore-git-paths");
    assert.match(signed.stdout, /files {6}4 signed/);
    const verify = "verify key llama --signature llama/model.sig --public-key key.pub";
    assert.equal((await run(verify)).status, 0);
    assert.equal((await run(`${verify} --allow_symlinks --no-ignore_git_paths`)).status, 0);
  });

  it("prints the digest that a signature would have, and the digest of every file", async () => {
    assert.deepEqual(await run("digest llama"), {
      status: 0,
      stdout: `sha256:${rootDigest(fileResources(FILES))}\n`,
      stderr: "",
    });
    const full = await run("digest llama --long --shard-size 4");
    const shards = shardResources(FILES, 4);
    assert.deepEqual(lines(full), [
      ...shards.map(({ name, digest }) => `sha256:${digest}  ${name}`),
      `sha256:${rootDigest(shards)}`,
    ]);
  });

  it("signs with another hash and in shards, and verifies that without options", async () => {
    for (const hash of ["blake2b", "BLAKE3"]) {
      rmSync(at("llama/model.sig"), { force: true });
      const signed = await run(`sign key llama --private-key key.pem --hash ${hash} --shard-size 4B`);
      assert.equal(signed.status, 0, signed.stderr);
      const inspected = await run("inspect llama/model.sig");
      assert.match(inspected.stdout, new RegExp(`2 listed, ${hash.toLowerCase()}, 4 shards of 4 B\n`));
      assert.equal((await run("verify key llama --signature llama/model.sig --public-key key.pub")).status, 0);
    }
  });

  it("prints what a signature claims, and that it is not verified", async () => {
    await run("sign key llama --private-key key.pem");
    const { status, stdout } = await run("inspect llama/model.sig");
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^○ Not verified {2}llama[/\\]model\.sig\n {2}claims {5}to be signed by the key [0-9a-f]{12}…\n/,
    );
    assert.match(stdout, /\n○ Not verified: anyone can write such a file\n$/);
    assert.match(stdout, /[0-9a-f]{12}… {2}config\.json\n/);
  });

  it("finds models and their signatures", async () => {
    writeTree(at("models"), { "a/model.safetensors": "x", "b/config.json": "{}", "b/model.safetensors": "x" });
    await run("sign key models/b --private-key key.pem --signature models/b/model.sig");
    const { status, stdout, stderr } = await run("scan models");
    assert.equal(status, 0);
    assert.equal(stdout, `○ Not signed       a\n○ Not checked yet  b  ${join("b", "model.sig")}\n`);
    assert.equal(stderr, "2 models, 1 with a signature\n");
  });

  it("prints its version, and help for every command", async () => {
    assert.deepEqual(await run("--version"), {
      status: 0,
      stdout: `model-provenance ${packageJson.version}\n`,
      stderr: "",
    });
    const pages = [
      "",
      "sign",
      "sign key",
      "sign certificate",
      "sign sigstore",
      "sign pkcs11-key",
      "sign pkcs11-certificate",
      "sign kms",
      "verify",
      "verify key",
      "verify certificate",
      "verify kms",
    ];
    for (const page of [...pages, "verify sigstore", "digest", "inspect", "scan"]) {
      const words = page === "" ? [] : page.split(" ");
      const { status, stdout, stderr } = await runCli([...words, page.length % 2 === 0 ? "--help" : "-h"]);
      assert.equal(status, 0, page);
      assert.equal(stderr, "");
      assert.match(stdout, new RegExp(`^Usage: model-provenance ${page === "" ? "COMMAND" : page} `));
      assert.ok(
        stdout.split("\n").every((line) => line.length <= 110),
        page,
      );
    }
  });

  describe("used wrongly", () => {
    const help = (words: string): string => `Try "model-provenance${words} --help".`;
    const cases: readonly (readonly [string, string, string])[] = [
      ["", "model-provenance: A command is missing.", help("")],
      ["improve llama", 'model-provenance: There is no command "improve".', help("")],
      ["constructor", 'model-provenance: There is no command "constructor".', help("")],
      [
        "sign",
        "model-provenance sign: MODEL is missing. The methods: sigstore, key, certificate, pkcs11-key, pkcs11-certificate, kms.",
        help(" sign"),
      ],
      ["sign key --private-key key.pem", "model-provenance sign key: MODEL is missing.", help(" sign key")],
      [
        "sign key llama",
        "model-provenance sign key: --private-key is missing: the key to sign with.",
        help(" sign key"),
      ],
      [
        "sign key llama more --private-key key.pem",
        'model-provenance sign key: Unexpected argument "more": there is only one MODEL.',
        help(" sign key"),
      ],
      [
        "sign certificate llama --private-key alice.key",
        "model-provenance sign certificate: --signing-certificate is missing: the signer's certificate.",
        help(" sign certificate"),
      ],
      [
        "sign key llama --private-key key.pem --hash md5",
        'model-provenance sign key: --hash: "md5" is not one of sha256, blake2b, blake3.',
        help(" sign key"),
      ],
      [
        "sign key llama --private-key key.pem --shard-size 1G",
        'model-provenance sign key: --shard-size: "1G" is not a number of bytes. Examples: 1000000000, 1GB, 500MiB.',
        help(" sign key"),
      ],
      [
        "sign pkcs11-key llama",
        "model-provenance sign pkcs11-key: --pkcs11-uri is missing: the key to sign with.",
        help(" sign pkcs11-key"),
      ],
      [
        "verify kms llama",
        "model-provenance verify kms: NAME://KEY is missing: the plugin's name and the key that it has.",
        help(" verify kms"),
      ],
      [
        "verify key llama",
        "model-provenance verify key: --public-key is missing: the key that you expect the model to be signed with.",
        help(" verify key"),
      ],
      [
        "verify certificate llama",
        "model-provenance verify certificate: --certificate-chain is missing: the root certificate that you trust (or --system-roots).",
        help(" verify certificate"),
      ],
      [
        "verify llama --public-key key.pub",
        'model-provenance verify: There is no option --public-key. (The default method is sigstore; for a key, use "model-provenance verify key".)',
        help(" verify"),
      ],
      ["digest llama --nothing", "model-provenance digest: There is no option --nothing.", help(" digest")],
      [
        "--log-level loud digest llama",
        'model-provenance: --log-level: "loud" is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL.',
        help(""),
      ],
    ];
    for (const [args, message, hint] of cases) {
      it(`"${args}" exits 2`, async () => {
        const result = await runCli(args === "" ? [] : args.split(" "), { cwd: folder() });
        assert.deepEqual(result, { status: 2, stdout: "", stderr: `${message}\n${hint}\n` });
      });
    }

    it("names the variable of a log level that does not exist", async () => {
      const { status, stderr } = await run("digest llama", { env: { MODEL_SIGNING_LOG_LEVEL: "loud" } });
      assert.equal(status, 2);
      assert.match(stderr, /^model-provenance digest: MODEL_SIGNING_LOG_LEVEL: "loud" is not one of /);
    });
  });

  it("escapes names from bundles and from the disk", async () => {
    const chainWithName = makeChain({ leaf: { subject: "\x1b]0;owned\x07\u202e" } });
    writeFileSync(at("odd.pem"), chainWithName.leaf.pem);
    writeFileSync(at("odd.key"), chainWithName.leaf.keys.privatePem);
    await run("sign certificate llama --private-key odd.key --signing-certificate odd.pem");
    for (const args of ["inspect llama/model.sig", "inspect llama/model.sig --json"]) {
      const { status, stdout } = await run(args);
      assert.equal(status, 0);
      assert.match(stdout, /owned/);
      assert.doesNotMatch(stdout.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
    }
  });

  it("uses colour if forced to, and none in a pipe", async () => {
    await run("sign key llama --private-key key.pem");
    const verify = "verify key llama --signature llama/model.sig --public-key key.pub";
    assert.ok((await run(verify, { env: { FORCE_COLOR: "1" } })).stdout.startsWith("\x1b[32m✓ Verified\x1b[0m"));
    assert.ok((await run(verify)).stdout.startsWith("✓ Verified"));
  });

  it("ends without an error when its output is closed", async function () {
    if (process.platform === "win32") this.skip();
    writeTree(at("many"), Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`${index}.bin`, "x"])));
    const command = `"${process.execPath}" "${CLI}" digest many --long; echo "status $?" >&2`;
    const { stdout, stderr } = spawnSync("bash", ["-c", `{ ${command}; } | head -1`], {
      cwd: folder(),
      encoding: "utf8",
    });
    assert.match(stdout, /^sha256:[0-9a-f]{64} {2}0\.bin\n$/);
    assert.equal(stderr, "status 0\n");
  });

  it("reports that its result cannot be written", function () {
    if (process.platform !== "linux") this.skip();
    const command = `"${process.execPath}" "${CLI}" digest llama > /dev/full`;
    const { status, stderr } = spawnSync("bash", ["-c", command], { cwd: folder(), encoding: "utf8" });
    assert.match(stderr, /^The result cannot be written: ENOSPC/);
    assert.equal(status, 1);
  });

  it("keeps the old signature if the disk is full", async function () {
    if (process.platform === "win32") this.skip();
    await run("sign key llama --private-key key.pem");
    const old = readFileSync(at("llama/model.sig"), "utf8");
    const command = `ulimit -f 0; exec "${process.execPath}" "${CLI}" sign key llama --private-key key.pem`;
    const child = spawn("bash", ["-c", command], { cwd: folder(), stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const status = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^Signing failed: The signature .*model\.sig was not written: it would be larger than is allowed here\. Give another path with --signature\.\n/,
    );
    assert.equal(readFileSync(at("llama/model.sig"), "utf8"), old);
    assert.deepEqual(
      readdirSync(at("llama")).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });
});
