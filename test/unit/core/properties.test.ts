import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { readBundle } from "../../../src/core/bundle/read-bundle.ts";
import type { HashAlgorithm } from "../../../src/core/hashing/digest-request.ts";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import { compareCodePoints, nameProblem } from "../../../src/core/model/names.ts";
import { type SignOptions, sign } from "../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../src/core/operations/verify/verify.ts";
import type { Verdict } from "../../../src/core/verdict.ts";
import { makeKeys } from "../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const linux = process.platform === "linux";
const windows = process.platform === "win32";
const keys = makeKeys();
const identity = { method: "key", privateKey: { label: "prod.key", pem: keys.privatePem } } as const;
const trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };

/** One character each; other systems than Linux forbid some, or take two of them for the same. */
const CHARACTERS = ["a", "b", "-", ".", "0", "_", "\u6a21", "\u{1f600}", "\uff21"];
const LINUX_CHARACTERS = ["A", ":", " ", "\n", "*", "[", "\u00e9", "e\u0301", "\ufffd", "\u202e"];

const component = fc
  .array(fc.constantFrom(...CHARACTERS, ...(linux ? LINUX_CHARACTERS : [])), { minLength: 1, maxLength: 5 })
  .map((characters) => characters.join(""))
  .filter((name) => !/^\.+$/.test(name) && (linux || !name.endsWith(".")));
const fileName = fc
  .array(component, { minLength: 1, maxLength: 4 })
  .map((components) => components.join("/"))
  .filter((name) => nameProblem(name) === undefined);
const content = fc.uint8Array({ maxLength: 40 });

type Tree = Readonly<Record<string, Uint8Array>>;

/** At least one file has bytes in it: shards record no empty one. */
const tree: fc.Arbitrary<Tree> = fc
  .array(fc.tuple(fileName, content), { minLength: 1, maxLength: 10 })
  .map(withoutClashes)
  .filter((files) => Object.values(files).some((bytes) => bytes.length > 0));

/** Drops what cannot lie in one folder with what comes before it: the same name twice, a file where a folder is. */
function withoutClashes(entries: readonly (readonly [string, Uint8Array])[]): Tree {
  const files = new Map<string, Uint8Array>();
  const folders = new Set<string>();
  for (const [name, bytes] of entries) {
    const above = foldersAbove(name);
    if (files.has(name) || folders.has(name) || above.some((folder) => files.has(folder))) continue;
    files.set(name, bytes);
    for (const folder of above) folders.add(folder);
  }
  return Object.fromEntries(files);
}

function foldersAbove(name: string): string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join("/"));
}

const algorithm = fc.constantFrom<HashAlgorithm>("sha256", "blake2b", "blake3");
const method = fc.record(
  { algorithm, shardSize: fc.constantFrom(1, 2, 7, 16, 1_000_000) },
  { requiredKeys: ["algorithm"] },
) satisfies fc.Arbitrary<Pick<SignOptions, "algorithm" | "shardSize">>;

interface Change {
  readonly make: (model: string, files: Tree, name: string, other: string) => void;
  /** What the verdict has to name, of `name` and `other`. */
  readonly changed?: readonly ("name" | "other")[];
  readonly missing?: readonly ("name" | "other")[];
  readonly added?: readonly ("name" | "other")[];
}

/** `name` is a signed file with bytes in it; `other` a name that nothing has. */
const CHANGES: Readonly<Record<string, Change>> = {
  "a bit flipped": {
    make: (model, files, name, other) => {
      const bytes = Buffer.from(files[name] ?? []);
      const at = other.length % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (other.length % 8));
      writeFileSync(join(model, name), bytes);
    },
    changed: ["name"],
  },
  truncated: {
    make: (model, files, name, other) => truncateSync(join(model, name), other.length % (files[name]?.length ?? 0)),
    changed: ["name"],
  },
  grown: { make: (model, _, name, other) => appendFileSync(join(model, name), other), changed: ["name"] },
  removed: { make: (model, _, name) => rmSync(join(model, name)), missing: ["name"] },
  renamed: {
    make: (model, _, name, other) => {
      mkdirSync(dirname(join(model, other)), { recursive: true });
      renameSync(join(model, name), join(model, other));
    },
    missing: ["name"],
    added: ["other"],
  },
  "a file added": { make: (model, _, __, other) => writeTree(model, { [other]: "x" }), added: ["other"] },
  "a folder in its place": {
    make: (model, _, name) => {
      rmSync(join(model, name));
      mkdirSync(join(model, name));
    },
    missing: ["name"],
  },
  ...(windows
    ? {}
    : {
        "a link to the same bytes in its place": {
          make: (model: string, _: Tree, name: string) => {
            const away = join(dirname(model), "away");
            renameSync(join(model, name), away);
            symlinkSync(away, join(model, name));
          },
          changed: ["name"],
        },
      }),
};

describe("any model", function () {
  this.timeout(120_000); // thousands of small files
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  after(() => pool.dispose());
  let count = 0;

  /** A new folder of the same name each time: the name is in the statement. */
  function write(files: Tree): string {
    const model = join(folder(), String(count++), "model");
    writeTree(model, files);
    return model;
  }

  function signIt(model: string, options: Pick<SignOptions, "algorithm" | "shardSize">) {
    return sign({ model, signature: join(model, "model.sig"), identity, pool, ...options });
  }

  function verifyIt(model: string): Promise<Verdict> {
    return verify({ model, signature: join(model, "model.sig"), trust, pool });
  }

  it("is signed and verified: any tree of names, files and shards, all three algorithms", async () => {
    await fc.assert(
      fc.asyncProperty(tree, method, async (files, options) => {
        const model = write(files);
        const signed = await signIt(model, options);
        const verdict = await verifyIt(model);
        assert.deepEqual([verdict.state, verdict.comparison?.matches], ["verified", true]);
        assert.equal(verdict.rootDigest, signed.rootDigest);
        const empty = Object.keys(files).filter((name) => files[name]?.length === 0);
        assert.deepEqual(verdict.coverage?.empty, options.shardSize === undefined ? [] : empty.sort(compareCodePoints));
        assert.equal(
          verdict.coverage?.bytes,
          Object.values(files).reduce((sum, { length }) => sum + length, 0),
        );
      }),
      { numRuns: 150 },
    );
  });

  for (const [what, change] of Object.entries(CHANGES)) {
    it(`is reported as changed, with the name: ${what}`, async () => {
      await fc.assert(
        fc.asyncProperty(tree, method, fileName, fc.nat(), async (files, options, fresh, pick) => {
          const filled = Object.keys(files).filter((name) => (files[name]?.length ?? 0) > 0);
          const name = filled[pick % filled.length];
          const withFresh = withoutClashes([...Object.entries(files), [fresh, new Uint8Array(1)]]);
          fc.pre(name !== undefined && !(fresh in files) && fresh in withFresh);
          const model = write(files);
          await signIt(model, options);
          change.make(model, files, name, fresh);
          const verdict = await verifyIt(model);
          const named = (which: readonly ("name" | "other")[] = []) =>
            which.map((one) => (one === "name" ? name : fresh));
          assert.equal(verdict.state, "modified");
          assert.deepEqual(
            {
              changed: [...new Set(verdict.comparison?.changed.map((entry) => entry.name))],
              missing: verdict.comparison?.missing.map((entry) => entry.name),
              added: verdict.comparison?.added.map((entry) => entry.name),
            },
            { changed: named(change.changed), missing: named(change.missing), added: named(change.added) },
          );
        }),
        { numRuns: 40 },
      );
    });
  }

  it("is reported as changed if two files are swapped", async () => {
    await fc.assert(
      fc.asyncProperty(tree, method, async (files, options) => {
        const [one, two] = Object.entries(files).filter(([, bytes]) => bytes.length > 0);
        fc.pre(one !== undefined && two !== undefined && !Buffer.from(one[1]).equals(two[1]));
        const model = write(files);
        await signIt(model, options);
        writeTree(model, { [one[0]]: two[1], [two[0]]: one[1] });
        const verdict = await verifyIt(model);
        assert.equal(verdict.state, "modified");
        const names = [...new Set(verdict.comparison?.changed.map((entry) => entry.name))];
        assert.deepEqual(names, [one[0], two[0]].sort(compareCodePoints));
      }),
      { numRuns: 40 },
    );
  });

  it("has the same statement, byte for byte, in whatever order its files were created", async () => {
    await fc.assert(
      fc.asyncProperty(tree, method, fc.infiniteStream(fc.nat()), async (files, options, random) => {
        const shuffled = Object.entries(files)
          .map((entry) => ({ entry, at: random.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ entry }) => entry);
        const models = [
          write(files),
          write(Object.fromEntries(shuffled)),
          write(Object.fromEntries(shuffled.reverse())),
        ];
        const payloads = [];
        for (const model of models) {
          await signIt(model, options);
          payloads.push((await readBundle(join(model, "model.sig"))).envelope.payload.toString("utf8"));
        }
        assert.equal(payloads[1], payloads[0]);
        assert.equal(payloads[2], payloads[0]);
      }),
      { numRuns: 40 },
    );
  });

  it("has a statement in which any changed byte is noticed", async () => {
    const model = write({ "config.json": Buffer.from("{}"), "weights.bin": Buffer.from("0123456789") });
    await signIt(model, {});
    const path = join(model, "model.sig");
    const good = readFileSync(path);
    const state = async () => (await verifyIt(model)).state;
    assert.equal(await state(), "verified");
    const { envelope } = await readBundle(path);
    const statement = good.indexOf(envelope.payload.toString("base64"));
    const length = envelope.payload.toString("base64").length;
    assert.ok(statement > 0);
    for (let at = statement; at < statement + length; at++) {
      const bad = Buffer.from(good);
      bad[at] = bad[at] === 0x41 ? 0x42 : 0x41;
      writeFileSync(path, bad);
      assert.equal(await state(), "invalid", `byte ${at} of the signature file`);
    }
  });
});
