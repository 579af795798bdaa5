import assert from "node:assert/strict";
import {
  appendFileSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { hubBlob, storedBlob } from "../../../../src/core/model/hub-cache.ts";
import { sign } from "../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../src/core/operations/verify/verify.ts";
import { findOrigin } from "../../../../src/core/origin/find-origin.ts";
import { measurePin } from "../../../../src/core/pins/measure-pin.ts";
import { ENGLISH } from "../../../../src/core/presentation/localizer.ts";
import { verdictLabel } from "../../../../src/core/presentation/verdict-labels.ts";
import type { Verdict } from "../../../../src/core/verdict.ts";
import { COMMITS } from "../../../support/downloads/hub-files.ts";
import { buildDownload } from "../../../support/downloads/kept-downloads.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const keys = makeKeys();
const pool = new HashPool({ workers: 0 });
const identity = { method: "key", privateKey: { label: "prod.key", pem: keys.privatePem } } as const;
const trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
const WEIGHTS = "model.safetensors";
const ALL = ["README.md", "config.json", WEIGHTS, "onnx/model.onnx", "tokenizer.json"];
/** The one attack after which the links in blobs are what they were. */
const LEAVES_BLOBS = "a link from the snapshot to the store itself";
const MARKER = ".huggingface-shared-blobs";

/** As huggingface_hub 2 leaves a cache after a download over Xet: `blobs/ETAG` of a repository links to a store beside it. */
describe("a snapshot whose blobs lie in the store that repositories share", () => {
  const folder = useTemporaryFolder();
  const cache = () => join(folder(), "hub");
  const store = () => join(cache(), "blobs");
  const repository = () => join(cache(), "models--acme--tiny");
  const snapshot = () => join(repository(), "snapshots", COMMITS.first);
  const weights = () => join(snapshot(), WEIGHTS);
  /** The link in `blobs` of the repository. */
  const blob = () => join(repository(), "blobs", basename(readlinkSync(weights())));
  /** The file in the store. */
  const stored = () => join(dirname(blob()), readlinkSync(blob()));

  before(function () {
    if (process.platform === "win32") this.skip();
  });
  /** Signed as plain files elsewhere; the signature came with them. */
  beforeEach(async () => {
    buildDownload(cache(), "cache-shared");
    const plain = join(folder(), "plain");
    for (const name of ALL) writeTree(plain, { [name]: readFileSync(join(snapshot(), name)) });
    await sign({ model: plain, signature: join(plain, "model.sig"), identity, pool });
    copyFileSync(join(plain, "model.sig"), join(snapshot(), "model.sig"));
    rmSync(plain, { recursive: true });
  });
  after(() => pool.dispose());

  const verifyIt = (hubCacheLinks: "allow" | "deny" = "allow", model = snapshot()) =>
    verify({ model, signature: join(snapshot(), "model.sig"), trust, pool, hubCacheLinks });
  const look = (verdict: Verdict) => [verdict.state, verdictLabel(verdict, ENGLISH.t).colour];
  const asLink = ({ comparison }: Verdict) =>
    [...(comparison?.changed ?? []), ...(comparison?.added ?? [])].filter(({ note }) => note === "symlink");
  const relink = (link: string, target: string): void => {
    rmSync(link);
    symlinkSync(target, link);
  };

  it("is what the client makes: links in blobs to files in the store, called by other hashes", () => {
    assert.ok(lstatSync(blob()).isSymbolicLink());
    assert.ok(lstatSync(stored()).isFile());
    assert.match(readlinkSync(blob()), /^\.\.\/\.\.\/blobs\/([0-9a-f]{2})\/\1[0-9a-f]{62}$/);
    assert.notEqual(basename(stored()), basename(blob()));
  });

  it("is verified through both links, and says so", async () => {
    const verdict = await verifyIt();
    assert.deepEqual(look(verdict), ["verified", "green"]);
    assert.deepEqual(verdict.coverage?.hubLinks, ALL);
  });

  it("is no longer what was signed where a file of the store changed", async () => {
    appendFileSync(stored(), "x");
    const verdict = await verifyIt();
    assert.deepEqual(look(verdict), ["modified", "red"]);
    assert.deepEqual(
      verdict.comparison?.changed.map(({ name }) => name),
      [WEIGHTS],
    );
    assert.deepEqual(asLink(verdict), []);
  });

  it("is read through no link where that is denied, nor pinned", async () => {
    const verdict = await verifyIt("deny");
    assert.deepEqual(look(verdict), ["modified", "red"]);
    assert.equal(asLink(verdict).length, ALL.length);
    rmSync(join(snapshot(), "model.sig"));
    await assert.rejects(measurePin({ model: snapshot(), pool, hubCacheLinks: "deny" }), {
      code: "MODEL_NOT_PINNABLE",
    });
    assert.deepEqual((await measurePin({ model: snapshot(), pool })).hubLinks, ALL);
  });

  it("is signed through its links where the signer has links followed, as any other", async () => {
    const signature = join(folder(), "linked.sig");
    rmSync(join(snapshot(), "model.sig"));
    await assert.rejects(sign({ model: snapshot(), signature, identity, pool }), { code: "MODEL_SYMLINK" });
    await sign({ model: snapshot(), signature, identity, pool, allowSymlinks: true });
    const verdict = await verify({ model: snapshot(), signature, trust, pool });
    assert.equal(verdict.state, "verified");
  });

  const attacks: Readonly<Record<string, () => void>> = {
    "a link from blobs to a file elsewhere": () => {
      const elsewhere = join(folder(), "elsewhere", basename(stored()));
      mkdirSync(dirname(elsewhere));
      renameSync(stored(), elsewhere);
      relink(blob(), elsewhere);
    },
    "a link from blobs to a blob of another repository": () => {
      const other = join(cache(), "models--evil--tiny/blobs", basename(blob()));
      mkdirSync(dirname(other), { recursive: true });
      renameSync(stored(), other);
      relink(blob(), `../../models--evil--tiny/blobs/${basename(blob())}`);
    },
    "a link from blobs to another file of blobs": () => {
      const other = join(dirname(blob()), "f".repeat(64));
      renameSync(stored(), other);
      relink(blob(), "f".repeat(64));
    },
    "a link from blobs to a folder": () => {
      rmSync(stored());
      mkdirSync(stored());
    },
    "a link from blobs to a file beside the store's folders": () => {
      const beside = join(store(), basename(stored()));
      renameSync(stored(), beside);
      relink(blob(), `../../blobs/${basename(beside)}`);
    },
    "a link from blobs to a folder of the store for another hash": () => {
      const other = join(store(), "zz", basename(stored()));
      mkdirSync(dirname(other));
      renameSync(stored(), other);
      relink(blob(), `../../blobs/zz/${basename(other)}`);
    },
    "a link from blobs to a file of the store that is not called by a hash": () => {
      const named = join(dirname(stored()), `${basename(dirname(stored()))}payload.py`);
      renameSync(stored(), named);
      relink(blob(), `../../blobs/${basename(dirname(named))}/${basename(named)}`);
    },
    "a store without its marker": () => rmSync(join(store(), MARKER)),
    "a store with another marker": () => writeFileSync(join(store(), MARKER), "2\n"),
    "a store whose marker is a link": () => {
      writeFileSync(join(folder(), "marker"), "1\n");
      relink(join(store(), MARKER), join(folder(), "marker"));
    },
    "a store that is a link": () => {
      renameSync(store(), join(folder(), "store"));
      symlinkSync(join(folder(), "store"), store());
    },
    "a folder of the store that is a link": () => {
      const moved = join(folder(), "moved");
      const prefix = dirname(stored());
      renameSync(prefix, moved);
      symlinkSync(moved, prefix);
    },
    "a second further hop": () => {
      const hidden = join(dirname(stored()), `${basename(dirname(stored()))}${"e".repeat(62)}`);
      renameSync(stored(), hidden);
      symlinkSync(basename(hidden), stored());
    },
    "a store below the model": () => {
      const inside = join(snapshot(), "blobs", basename(dirname(stored())), basename(stored()));
      writeTree(snapshot(), { [`blobs/${MARKER}`]: "1\n" });
      mkdirSync(dirname(inside));
      renameSync(stored(), inside);
      relink(blob(), inside);
    },
    "a store below the repository": () => {
      const hash = basename(stored());
      writeTree(repository(), { [`blobs/blobs/${MARKER}`]: "1\n" });
      mkdirSync(join(repository(), "blobs/blobs", hash.slice(0, 2)));
      renameSync(stored(), join(repository(), "blobs/blobs", hash.slice(0, 2), hash));
      relink(blob(), `blobs/${hash.slice(0, 2)}/${hash}`);
    },
    [LEAVES_BLOBS]: () => relink(weights(), `../../../blobs/${storeName()}`),
    // The text leads into the store; a program that opens the link reads the other file.
    "a link that leads elsewhere behind another link": () => {
      writeTree(folder(), { "other/aside/": "", [`other/blobs/${storeName()}`]: "other weights" });
      symlinkSync(join(folder(), "other/aside"), join(cache(), "aside"));
      relink(blob(), `../../aside/../blobs/${storeName()}`);
      assert.equal(readFileSync(weights(), "utf8"), "other weights");
    },
  };
  const storeName = () => `${basename(dirname(stored()))}/${basename(stored())}`;
  for (const [name, attack] of Object.entries(attacks)) {
    it(`is not read through ${name}`, async () => {
      const link = blob();
      assert.notEqual(storedBlob(link), undefined);
      attack();
      assert.equal(hubBlob(weights()), undefined);
      if (name !== LEAVES_BLOBS) assert.equal(storedBlob(link), undefined);
      const verdict = await verifyIt();
      assert.deepEqual(look(verdict), ["modified", "red"]);
      assert.ok(asLink(verdict).some((entry) => entry.name === WEIGHTS));
      rmSync(join(snapshot(), "model.sig"));
      await assert.rejects(measurePin({ model: snapshot(), pool }), { code: "MODEL_NOT_PINNABLE" });
      const { origin } = await findOrigin({ model: snapshot(), checkDigests: true, pool });
      assert.ok(origin?.files.changed.includes(WEIGHTS));
    });
  }
});
