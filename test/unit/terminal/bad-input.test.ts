import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import { verify } from "../../../src/core/operations/verify/verify.ts";
import { verdictReport } from "../../../src/terminal/report.ts";
import { renderLine } from "../../../src/terminal/text.ts";
import {
  bundleText,
  fileResources,
  type JsonObject,
  makeStatement,
  type ResourceJson,
  rootDigest,
  type StatementOptions,
  shardResources,
  signBundle,
} from "../../support/bundles.ts";
import { CODE_SIGNING, makeCertificate, makeChain } from "../../support/certificates.ts";
import { type HashFault, withFaults } from "../../support/hash-faults-plan.ts";
import { makeKeys, privatePem } from "../../support/keys.ts";
import { onPlatform } from "../../support/on-platform.ts";
import { asOrdinaryUser } from "../../support/ordinary-user.ts";
import type { CliResult } from "../../support/run-cli.ts";
import { runMain } from "../../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const FILES = { "config.json": "{}", "model.bin": "0123456789" };
const keys = makeKeys("P-256");
const other = makeKeys("P-256");
const chain = makeChain();

/** Bad input of every kind, and the message for it: the text is part of the product. */
describe("bad input", () => {
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);

  beforeEach(() => {
    writeTree(at("llama"), FILES);
    writeFileSync(at("key.pem"), keys.privatePem);
    writeFileSync(at("key.pub"), keys.publicPem);
    writeFileSync(at("other.pub"), other.publicPem);
    writeFileSync(at("root.pem"), chain.root.pem);
  });

  /** What was printed, with the temporary folder as `DIR`. */
  const shown = (text: string): string => text.replaceAll(folder(), "DIR");
  const lines = ({ stdout }: CliResult): string[] => shown(stdout).trimEnd().split("\n");

  const verifyKey = (...more: string[]): Promise<CliResult> =>
    runMain(["verify", "key", at("llama"), "--signature", at("model.sig"), "--public-key", at("key.pub"), ...more]);
  const verifyCertificate = (root = "root.pem"): Promise<CliResult> =>
    runMain(["verify", "certificate", at("llama"), "--signature", at("model.sig"), "--certificate-chain", at(root)]);
  const signKey = (...more: string[]): Promise<CliResult> =>
    runMain(["sign", "key", at("llama"), "--signature", at("model.sig"), "--private-key", at("key.pem"), ...more]);

  /** The first line, the reason and the last line of a verdict that refuses. */
  const refuses = (result: CliResult, headline: string, reason: string, last: string): void => {
    const [first, second] = lines(result);
    assert.deepEqual([first, second, lines(result).at(-1)], [`${headline}  llama`, `  reason     ${reason}`, last]);
    assert.equal(result.status, 1);
    assert.equal(result.stderr, "");
  };
  const isInvalid = (result: CliResult, reason: string, short: string): void =>
    refuses(result, "✗ Signature not valid", reason, `✗ The signature of llama is not valid: ${short}.`);
  const isUnable = (result: CliResult, reason: string, short: string): void =>
    refuses(result, "? Can't be verified here", reason, `? llama can't be verified here: ${short}.`);
  const fails = (result: CliResult, status: number, message: string): void => {
    assert.equal(shown(result.stderr), `${message}\n`);
    assert.equal(result.stdout, "");
    assert.equal(result.status, status);
  };

  describe("a signature file that", () => {
    const good = (): JsonObject => signBundle(makeStatement(fileResources(FILES)), { keys });
    const without = (name: string): JsonObject =>
      Object.fromEntries(Object.entries(good()).filter(([key]) => key !== name));
    const envelope = (change: JsonObject): JsonObject => {
      const { dsseEnvelope, ...rest } = good();
      return { ...rest, dsseEnvelope: { ...(dsseEnvelope as JsonObject), ...change } };
    };
    const signature = { sig: Buffer.from("x").toString("base64") };
    const cases: readonly (readonly [string, () => string | Uint8Array, string, string])[] = [
      [
        "is not JSON",
        () => "hello",
        "model.sig is not JSON: it may be cut short or damaged. Download it again from its publisher.",
        "not JSON",
      ],
      ["is empty", () => "", "model.sig is empty. Download it again from its publisher.", "not JSON"],
      [
        "is binary",
        () => Uint8Array.of(0xff, 0xfe, 0x00),
        "model.sig is not JSON: it is not UTF-8 text. Download it again from its publisher.",
        "not JSON",
      ],
      [
        "is the bare Base64 that other tools call a signature",
        () => `${Buffer.alloc(70, 1).toString("base64")}\n`,
        "model.sig is a bare signature of another tool, not an OMS signature: it does not name the files that it signs.",
        "a bare signature",
      ],
      [
        "is cut short",
        () => bundleText(good()).slice(0, -40),
        "model.sig is not JSON: it may be cut short or damaged. Download it again from its publisher.",
        "not JSON",
      ],
      [
        "is 100 MB of nested arrays",
        () => Buffer.alloc(100_000_000, "["),
        "model.sig nests more than 64 levels deep, which no signature does.",
        "JSON nested too deep",
      ],
      [
        "has another media type",
        () => bundleText({ ...good(), mediaType: "application/json" }),
        'model.sig is not a Sigstore bundle of a known version: its media type is "application/json".',
        "unknown bundle type",
      ],
      [
        "holds two signatures",
        () => bundleText(envelope({ signatures: [signature, signature] })),
        "model.sig contains 2 signatures; it needs exactly one.",
        "not exactly one signature",
      ],
      [
        "has no envelope",
        () => bundleText(without("dsseEnvelope")),
        "model.sig has no envelope, so it signs nothing.",
        "no envelope",
      ],
      [
        "says nothing of a key or certificate",
        () => bundleText(without("verificationMaterial")),
        "model.sig does not say how it was signed: it has no verification material.",
        "no key or certificate",
      ],
      [
        "was altered after signing",
        () => bundleText(envelope({ signatures: [signature] })),
        "The signature in model.sig does not verify against DIR/key.pub, the key that it names.",
        "signature does not verify",
      ],
      [
        "has another payload type",
        () => bundleText(signBundle(makeStatement(fileResources(FILES)), { keys }, { payloadType: "text/plain" })),
        'model.sig is not a model signature: its payload is of the type "text/plain".',
        "wrong payload type",
      ],
    ];
    for (const [what, content, reason, short] of cases) {
      it(what, async () => {
        writeFileSync(at("model.sig"), content());
        isInvalid(await verifyKey(), reason, short);
      });
    }
  });

  describe("an authentic statement that", () => {
    const resources = fileResources(FILES);
    const [config, model] = resources as [ResourceJson, ResourceJson];
    const named = (name: string): JsonObject => makeStatement([{ ...config, name }, model]);
    const serialized = (serialization: StatementOptions["serialization"], list = resources): JsonObject =>
      makeStatement(list, { ...(serialization && { serialization }) });
    const without = (name: string): JsonObject =>
      Object.fromEntries(Object.entries(makeStatement(resources)).filter(([key]) => key !== name));
    const unsafe = (name: string, why: string): string =>
      `model.sig lists a file that no model can have: "${name}" ${why}. No file was opened.`;
    const sharded = (names: readonly string[]): JsonObject =>
      serialized(
        { method: "shards", shard_size: 4 },
        names.map((name) => ({ ...model, name })),
      );
    const cases: readonly (readonly [string, JsonObject | string, string, string])[] = [
      [
        "is not JSON",
        "{",
        "The statement in model.sig is not JSON: it may be cut short or damaged. Download it again from its publisher.",
        "statement is not JSON",
      ],
      [
        "is of another type",
        { ...makeStatement(resources), _type: "https://in-toto.io/Statement/v0.1" },
        'model.sig contains a statement of another type than in-toto\'s Statement v1: "https://in-toto.io/Statement/v0.1".',
        "wrong statement type",
      ],
      [
        "has another predicate type",
        { ...makeStatement(resources), predicateType: "https://slsa.dev/provenance/v1" },
        'model.sig is not a model signature: its statement is of the type "https://slsa.dev/provenance/v1".',
        "not a model signature",
      ],
      [
        "has no predicate",
        without("predicate"),
        "model.sig contains a statement without a predicate.",
        "malformed manifest",
      ],
      ["lists no file", makeStatement([]), "model.sig signs no file.", "it covers no file"],
      [
        "lists a file twice",
        makeStatement([config, config]),
        'model.sig lists "config.json" twice.',
        "a file listed twice",
      ],
      [
        "names ../x",
        named("../x"),
        unsafe("../x", "has a `..` component, which leads out of the model"),
        "unsafe file name",
      ],
      ["names /etc/passwd", named("/etc/passwd"), unsafe("/etc/passwd", "is an absolute path"), "unsafe file name"],
      ["names a NUL", named("a\0b"), unsafe("a\\x00b", "has a NUL character"), "unsafe file name"],
      ["names a/", named("a/"), unsafe("a/", "ends in `/`"), "unsafe file name"],
      ["hides an escape sequence in a name", named("\x1b[2J/"), unsafe("\\x1b[2J/", "ends in `/`"), "unsafe file name"],
      [
        "has a digest that is too short",
        makeStatement([{ ...config, digest: "abcd" }, model]),
        'model.sig has a digest for "config.json" that is not 64 lower-case hex digits, as sha256 needs.',
        "malformed digest",
      ],
      [
        "names two algorithms",
        makeStatement([{ ...config, algorithm: "blake3" }, model]),
        'model.sig names the algorithm "blake3" for "config.json", but sha256 for the whole model.',
        "digest algorithms disagree",
      ],
      [
        "has another root digest",
        makeStatement(resources, { digest: "0".repeat(64) }),
        `model.sig contradicts itself: its root digest is ${"0".repeat(64)}, but that of its resources is ${rootDigest(resources)}.`,
        "wrong root digest",
      ],
      [
        "has shards that overlap",
        sharded(["model.bin:0:4", "model.bin:2:6"]),
        'model.sig splits "model.bin" into shards that overlap (at 2:6).',
        "invalid shard ranges",
      ],
      [
        "has shards with a gap",
        sharded(["model.bin:0:4", "model.bin:8:10"]),
        'model.sig splits "model.bin" into shards that leave a gap from byte 4 to 8 (at 8:10).',
        "invalid shard ranges",
      ],
      [
        "has shards of another size",
        sharded(["model.bin:0:5", "model.bin:5:10"]),
        'model.sig splits "model.bin" into shards that are not 4 bytes each, as the signature itself says (at 0:5).',
        "invalid shard ranges",
      ],
      [
        "has a shard without a range",
        sharded(["model.bin"]),
        'model.sig has the shard "model.bin", which does not end in a byte range like ":0:1000".',
        "invalid shard ranges",
      ],
    ];
    for (const [what, statement, reason, short] of cases) {
      it(what, async () => {
        writeFileSync(at("model.sig"), bundleText(signBundle(statement, { keys })));
        isInvalid(await verifyKey(), reason, short);
      });
    }

    for (const name of ["C:/x", "a\\b", "NUL.txt"]) {
      it(`names ${name}, on Windows`, async () => {
        writeFileSync(at("model.sig"), bundleText(signBundle(named(name), { keys })));
        const reason = `model.sig lists "${name}", a file name that Windows does not support. Verify the model on Linux or macOS.`;
        isUnable(await onPlatform("win32", verifyKey), reason, "unsupported file name");
      });
    }

    it("uses an unknown hash", async () => {
      writeFileSync(at("model.sig"), bundleText(signBundle(serialized({ hash_type: "md5" }), { keys })));
      const reason =
        'model.sig uses the hash "md5", which this version does not know. It knows sha256, blake2b, blake3.';
      isUnable(await verifyKey(), reason, "unsupported hash algorithm");
    });

    it("uses an unknown method", async () => {
      writeFileSync(at("model.sig"), bundleText(signBundle(serialized({ method: "tar" }), { keys })));
      const reason = 'model.sig splits the model by the method "tar", which this version does not know.';
      isUnable(await verifyKey(), reason, "unsupported serialization method");
    });

    it("has shards that end before the file does", async () => {
      const list = shardResources({ "model.bin": "01234567" }, 4);
      const statement = makeStatement([...shardResources({ "config.json": "{}" }, 4), ...list], {
        serialization: { method: "shards", shard_size: 4 },
      });
      writeFileSync(at("model.sig"), bundleText(signBundle(statement, { keys })));
      const result = await verifyKey();
      assert.equal(result.status, 1);
      assert.equal(lines(result)[1], "  changed    model.bin, bytes 8 to 10  longer than signed, found cd70bea023f7…");
      assert.equal(
        lines(result).at(-1),
        "✗ llama doesn't match its signature: model.bin changed (signed by key DIR/key.pub).",
      );
    });
  });

  describe("a signer who", () => {
    const certified = (certificate = chain.leaf, rest = [chain.intermediate]): void => {
      const bundle = signBundle(makeStatement(fileResources(FILES)), { certificate, chain: rest });
      writeFileSync(at("model.sig"), bundleText(bundle));
    };
    const keyed = (): void =>
      writeFileSync(at("model.sig"), bundleText(signBundle(makeStatement(fileResources(FILES)), { keys })));

    it("used another key", async () => {
      keyed();
      isUnable(
        await verifyKey("--public-key", at("other.pub")),
        "model.sig was signed with another key than DIR/other.pub. Give the signer's public key.",
        "unknown key",
      );
    });

    it("used a key instead of a certificate", async () => {
      keyed();
      const reason = "model.sig was signed with a key. To verify it, give the signer's public key.";
      isUnable(await verifyCertificate(), reason, "signed with another method");
    });

    it("used a certificate instead of a key", async () => {
      certified();
      const reason = "model.sig was signed with a certificate. To verify it, give the root certificate of the signer.";
      isUnable(await verifyKey(), reason, "signed with another method");
    });

    it("has a certificate under another root", async () => {
      certified();
      writeFileSync(at("elsewhere.pem"), makeChain().root.pem);
      isUnable(
        await verifyCertificate("elsewhere.pem"),
        'model.sig: the signer\'s certificate does not lead to a root that you trust. Trust the root certificate of "CN=Example Root,O=Example" to verify it.',
        "unknown certificate authority",
      );
    });

    it("has a certificate that has expired", async () => {
      const expired = makeCertificate({
        subject: "Alice",
        issuer: chain.intermediate,
        extendedKeyUsage: [CODE_SIGNING],
        notBefore: new Date("2020-01-01T00:00:00Z"),
        notAfter: new Date("2021-01-01T00:00:00Z"),
      });
      certified(expired);
      isInvalid(
        await verifyCertificate(),
        "model.sig: the certificate of CN=Alice expired on 2021-01-01. Ask the signer to sign again.",
        "certificate expired",
      );
    });

    it("has a certificate with an RSA key", async () => {
      certified(makeCertificate({ subject: "Alice", issuer: chain.intermediate, kind: "RSA" }));
      isInvalid(
        await verifyCertificate(),
        "The key of the signing certificate in model.sig is an RSA key; model signatures need an EC key: P-256, P-384 or P-521.",
        "unsupported certificate key",
      );
    });

    it("is another signer than expected", async () => {
      certified();
      const args = ["verify", "certificate", at("llama"), "--signature", at("model.sig")];
      const result = await runMain([
        ...args,
        "--certificate-chain",
        at("root.pem"),
        "--identity-subject",
        "bob@example.org",
      ]);
      assert.equal(result.status, 1);
      assert.equal(lines(result)[0], "? Signer not accepted  llama");
      assert.equal(
        lines(result)[1],
        '  reason     model.sig was signed by "CN=Alice,O=Example", and its certificate does not have the mail address "bob@example.org".',
      );
      assert.match(lines(result).at(-1) ?? "", /^\? llama is what Alice signed, unchanged, but/);
    });
  });

  describe("a key that", () => {
    const pem = (type: "rsa" | "ed25519"): { publicKey: string; privateKey: string } => {
      const pair =
        type === "rsa" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ed25519");
      return {
        publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
        privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      };
    };

    for (const [type, kind] of [
      ["rsa", "an RSA key"],
      ["ed25519", "an Ed25519 key"],
    ] as const) {
      it(`is ${kind}`, async () => {
        const pair = pem(type);
        writeFileSync(at("odd.pub"), pair.publicKey);
        writeFileSync(at("odd.pem"), pair.privateKey);
        await signKey();
        const wanted = "model signatures need an EC key: P-256, P-384 or P-521.";
        fails(
          await verifyKey("--public-key", at("odd.pub")),
          2,
          `Verification failed: DIR/odd.pub is ${kind}; ${wanted}`,
        );
        fails(await signKey("--private-key", at("odd.pem")), 2, `Signing failed: DIR/odd.pem is ${kind}; ${wanted}`);
      });
    }

    it("is one of two in its file", async () => {
      await signKey();
      const [key, other] = [readFileSync(at("key.pub"), "utf8"), pem("ed25519")];
      writeFileSync(at("two.pub"), `${key}${other.publicKey}`);
      writeFileSync(at("two.pem"), `${other.privateKey}${other.privateKey}`);
      const expected = "contains 2 PEM blocks where one public key is expected. Give each key separately.";
      fails(await verifyKey("--public-key", at("two.pub")), 2, `Verification failed: DIR/two.pub ${expected}`);
      const wanted = "contains 2 private keys. Give a file that contains the one to sign with.";
      fails(await signKey("--private-key", at("two.pem")), 2, `Signing failed: DIR/two.pem ${wanted}`);
    });

    it("does not exist", async () => {
      await signKey();
      const message = "Verification failed: The public key DIR/none.pub cannot be read: there is no such file.";
      fails(await verifyKey("--public-key", at("none.pub")), 2, message);
    });

    it("is a folder", async () => {
      const message = "Signing failed: The private key DIR/llama cannot be read: it is a folder.";
      fails(await signKey("--private-key", at("llama")), 2, message);
    });

    it("has another passphrase", async () => {
      writeFileSync(at("key.pem"), privatePem(keys, "pkcs8", "right"));
      const message = "Signing failed: The passphrase for DIR/key.pem is wrong, or the file is damaged.";
      fails(await signKey("--password", "wrong"), 2, message);
    });

    it("needs a passphrase, without a terminal to ask", async () => {
      writeFileSync(at("key.pem"), privatePem(keys, "sec1", "right"));
      const stdin = process.stdin.isTTY;
      process.stdin.isTTY = false;
      const result = await signKey();
      process.stdin.isTTY = stdin;
      fails(
        result,
        2,
        "Signing failed: DIR/key.pem is encrypted, and there is no terminal to ask for its passphrase. Use --password-env or --password-fd.",
      );
    });
  });

  describe("a file or folder that", () => {
    it("is a signature, and missing", async () => {
      refuses(await verifyKey(), "○ Not signed", "There is no signature file DIR/model.sig.", "○ llama is not signed.");
    });

    it("is a signature, and a folder", async () => {
      mkdirSync(at("model.sig"));
      isUnable(await verifyKey(), "DIR/model.sig is a folder, not a signature file.", "signature file unreadable");
      fails(
        await signKey(),
        1,
        "Signing failed: No signature was written to DIR/model.sig: it is a folder. Give another path with --signature.",
      );
    });

    it("is a signature, and unreadable", async function () {
      if (process.platform === "win32") this.skip();
      await signKey();
      await asOrdinaryUser(folder(), { [at("model.sig")]: 0o000 }, async () => {
        isUnable(
          await verifyKey(),
          "The signature file DIR/model.sig cannot be read (EACCES).",
          "signature file unreadable",
        );
      });
    });

    it("is the model, and missing", async () => {
      await signKey();
      const message = "There is no model at DIR/none.";
      const options = ["--signature", at("model.sig"), "--public-key", at("key.pub")];
      fails(await runMain(["verify", "key", at("none"), ...options]), 1, `Verification failed: ${message}`);
      fails(await runMain(["digest", at("none")]), 1, `No digest: ${message}`);
      fails(await runMain(["scan", at("none")]), 1, "Scan failed: There is nothing at DIR/none.");
    });

    describe("fails while it is read", () => {
      const faulty = async (fault: HashFault): Promise<string[]> => {
        // So large that threads are worth it: the faults are made there.
        writeTree(at("llama"), { "weights.bin": Buffer.alloc(17 * 1024 * 1024) });
        await signKey();
        const pool = new HashPool(withFaults({ faults: [fault] }));
        const signature = at("model.sig");
        const trust = { keys: [{ label: "key.pub", pem: keys.publicPem }] };
        const verdict = await verify({ model: at("llama"), signature, trust, pool }).finally(() => pool.dispose());
        const report = verdictReport(verdict, { name: "llama", accepted: "", long: false });
        return report.map((line) => shown(renderLine(line, false)));
      };

      it("by an error half-way", async () => {
        const report = await faulty({ file: "model.bin", offset: 0, what: "error", system: "EIO" });
        assert.equal(report[0], "? Can't be verified here  llama");
        assert.equal(
          report[1],
          "  reason     model.bin cannot be read: the disk or the network drive reports a read error.",
        );
        assert.equal(report.at(-1), "? llama can't be verified here: file unreadable.");
      });

      it("by a change", async () => {
        const target = at("llama/model.bin");
        const report = await faulty({ file: "model.bin", offset: 0, what: "append", target, mark: at("mark") });
        assert.equal(report[0], "↻ Outdated: files changed  llama");
        assert.equal(
          report[1],
          "  reason     model.bin changed in size while the model was read. Try again when nothing writes to the model.",
        );
        assert.equal(report.at(-1), "↻ Files of llama changed since it was checked.");
      });
    });

    it("is the model, and empty", async () => {
      mkdirSync(at("empty"));
      const message = "Signing failed: empty cannot be signed: there is no file in it.";
      const options = ["--signature", at("model.sig"), "--private-key", at("key.pem")];
      fails(await runMain(["sign", "key", at("empty"), ...options]), 1, message);
      assert.equal(existsSync(at("model.sig")), false);
    });

    it("is the destination of the signature, and does not exist", async () => {
      fails(
        await signKey("--signature", at("none/model.sig")),
        1,
        "Signing failed: The signature DIR/none/model.sig was not written: its folder does not exist. Give another path with --signature.",
      );
    });

    it("is the destination of the signature, and is not writable: the old one stays", async function () {
      if (process.platform === "win32") this.skip();
      mkdirSync(at("locked"));
      const old = bundleText(signBundle(makeStatement(fileResources(FILES), { name: "llama" }), { keys }));
      writeFileSync(at("locked/model.sig"), old);
      await asOrdinaryUser(folder(), { [at("locked")]: 0o555 }, async () => {
        fails(
          await signKey("--signature", at("locked/model.sig")),
          1,
          "Signing failed: The signature DIR/locked/model.sig was not written: writing there is not permitted. Give another path with --signature.",
        );
      });
      assert.equal(readFileSync(at("locked/model.sig"), "utf8"), old);
    });
  });
});
