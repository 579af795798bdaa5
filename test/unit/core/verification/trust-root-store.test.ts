import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openTrustRoot } from "../../../../src/core/verification/open-trust-root.ts";
import {
  PUBLIC_INSTANCE,
  type SigstoreInstance,
  type TrustRootSeed,
} from "../../../../src/core/verification/trust-root-instances.ts";
import { refreshTrustRoot } from "../../../../src/core/verification/trust-root-refresh.ts";
import {
  loadTrustRoot,
  markFailedRefresh,
  type StoredTrustRoot,
  writeStored,
} from "../../../../src/core/verification/trust-root-store.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeTufRepository, type TufRepository } from "../../../support/sigstore/tuf-metadata.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

const DAY = 24 * 3_600_000;
const daysFromNow = (days: number): string => new Date(Date.now() + days * DAY).toISOString();

describe("the stored trust root", () => {
  const folder = useTemporaryFolder();
  const storage = (): string => join(folder(), "storage");
  const path = (): string => join(storage(), "test.json");
  let trustedRoot: string;
  let builtIn: Record<string, unknown>;
  before(async () => {
    builtIn = (await PUBLIC_INSTANCE.seed()).trustedRoot as Record<string, unknown>;
    // Differs from the built-in one, so that a test sees which is used.
    trustedRoot = JSON.stringify({ ...builtIn, timestampAuthorities: [] });
  });

  const instance = (root: string | undefined, more: Partial<TrustRootSeed> = {}): SigstoreInstance => ({
    instance: "private",
    label: "the test's Sigstore",
    fileName: "test.json",
    mirror: "http://127.0.0.1:9",
    seed: async () => ({ tufRoot: root ?? "", trustedRoot: builtIn, ...more }),
  });
  const repository = (more: Partial<Parameters<typeof makeTufRepository>[0]> = {}): TufRepository =>
    makeTufRepository({ files: { "trusted_root.json": trustedRoot }, ...more });
  const write = async ({ metadata }: TufRepository, change: (stored: StoredTrustRoot) => object = (s) => s) => {
    const stored: StoredTrustRoot = {
      mirror: "http://127.0.0.1:9",
      refreshedAt: new Date().toISOString(),
      metadata: { ...metadata, olderRoots: [...metadata.olderRoots] },
      trustedRoot,
    };
    await writeStored(instance(""), storage(), stored);
    writeFileSync(path(), JSON.stringify(change(stored)));
  };
  /** Which root is used, and what is said about the stored one. */
  const load = async (from: SigstoreInstance) => {
    const said: string[] = [];
    const { origin, expiredSince, trustedRoot: used } = await loadTrustRoot(from, storage(), (text) => said.push(text));
    assert.equal(used.timestampAuthorities.length === 0, origin === "updated");
    return { origin, expiredSince, said };
  };
  const rejected = async (from: SigstoreInstance, why: RegExp): Promise<void> => {
    const { origin, said } = await load(from);
    assert.equal(origin, "built-in");
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0] ?? "", /^The stored trust root of the test's Sigstore is not used: .* \(.*test\.json\)\.$/);
    assert.match(said[0] ?? "", why);
  };

  it("is used if it verifies through its metadata, also through several roots", async () => {
    for (const roots of [1, 2, 5]) {
      const made = repository({ roots });
      await write(made);
      assert.deepEqual(await load(instance(made.roots[0])), { origin: "updated", expiredSince: undefined, said: [] });
    }
  });

  it("is used by a newer release of this program whose root is among the stored ones", async () => {
    const made = repository({ roots: 4 });
    await write(made);
    for (const root of made.roots) assert.equal((await load(instance(root))).origin, "updated");
  });

  it("is not used if the target was changed", async () => {
    const made = repository();
    await write(made, (stored) => ({ ...stored, trustedRoot: JSON.stringify(builtIn) }));
    await rejected(instance(made.roots[0]), /Expected length/);
    await write(made, (stored) => ({ ...stored, trustedRoot: trustedRoot.replace("sigstore", "Sigstore") }));
    await rejected(instance(made.roots[0]), /Expected hash/);
    await write(made, (stored) => ({ ...stored, signingConfig: "{}" }));
    await rejected(instance(made.roots[0]), /do not name signing_config/);
  });

  for (const role of ["targets", "snapshot", "timestamp", "root"] as const) {
    it(`is not used if ${role} metadata was changed, or is of another repository`, async () => {
      const made = repository({ roots: 3 });
      const other = repository({ roots: 3 });
      const changed = made.metadata[role].replace('"expires":"2', '"expires":"3');
      for (const text of [changed, other.metadata[role], "{}", "", '{"signed":{},"signatures":[]}']) {
        assert.notEqual(text, made.metadata[role]);
        await write(made, (stored) => ({ ...stored, metadata: { ...stored.metadata, [role]: text } }));
        await rejected(instance(made.roots[0]), /./);
      }
    });
  }

  it("is not used if one of the older roots was changed, is missing, or is in another order", async () => {
    const made = repository({ roots: 4 });
    const [second = "", third = ""] = made.metadata.olderRoots;
    const foreign = repository({ roots: 4 }).metadata.olderRoots[1] ?? "";
    for (const olderRoots of [
      [second.replace('"expires":"2', '"expires":"3'), third],
      [second, foreign],
      [second],
      [third],
      [],
      [third, second],
    ]) {
      await write(made, (stored) => ({ ...stored, metadata: { ...stored.metadata, olderRoots } }));
      await rejected(instance(made.roots[0]), /signed by|where \d is expected/);
    }
  });

  it("is not used if all of it is of another repository, correctly signed", async () => {
    await write(repository());
    await rejected(instance(repository().roots[0]), /signed by 0\/1 keys/);
  });

  it("is not used if one part is from an earlier state of the repository", async () => {
    const first = repository();
    const second = repository({ keys: first.keys, version: 2 });
    for (const role of ["targets", "snapshot"] as const) {
      const mixed = { ...second, metadata: { ...second.metadata, [role]: first.metadata[role] } };
      await write(mixed);
      await rejected(instance(first.roots[0]), /Expected/);
    }
  });

  it("is not used if its root is older than the built-in one", async () => {
    const made = repository({ roots: 3 });
    const early = repository({ keys: made.keys.slice(0, 1) });
    await write(early);
    await rejected(instance(made.roots[2]), /older than what came with this program/);
  });

  it("is not used if it had expired before the built-in one was published", async () => {
    const made = repository({ expires: { timestamp: daysFromNow(-10) } });
    await write(made);
    await rejected(instance(made.roots[0], { asOf: daysFromNow(-9) }), /older than what came with this program/);
    assert.equal((await load(instance(made.roots[0], { asOf: daysFromNow(-11) }))).origin, "updated");
  });

  for (const role of ["root", "timestamp", "snapshot", "targets"] as const) {
    it(`is used offline if its ${role} metadata has expired, and says since when`, async () => {
      const since = daysFromNow(-3);
      const made = repository({ expires: { [role]: since } });
      await write(made);
      const options = { storage: storage(), offline: true };
      const { root, newer } = await openTrustRoot(instance(made.roots[0]), options);
      assert.deepEqual([root.origin, root.expiredSince, newer], ["updated", since, undefined]);
    });
  }

  it("is refreshed at once if its metadata has expired, however new it claims to be", async () => {
    const made = repository({ expires: { timestamp: daysFromNow(-3) } });
    await write(made);
    const opened = await openTrustRoot(instance(made.roots[0]), { storage: storage(), retries: 0 });
    assert.notEqual(opened.newer, undefined);
    assert.equal(await opened.newer, undefined);
  });

  it("is reported if it cannot be read, but not if there is none", async () => {
    const made = repository();
    assert.deepEqual((await load(instance(made.roots[0]))).said, []);
    for (const text of ["", "{", "[]", '{"mirror":"http://127.0.0.1:9"}']) {
      await write(made);
      writeFileSync(path(), text);
      await rejected(instance(made.roots[0]), /./);
    }
    await write(made, (stored) => ({ ...stored, mirror: "https://elsewhere.example" }));
    await rejected(instance(made.roots[0]), /of another repository/);
  });

  describe("refreshed from a repository that has changed its root keys", () => {
    let server: Server;
    const served = new Map<string, string>();
    const asked: string[] = [];
    let live: SigstoreInstance;
    beforeEach(async () => {
      server = createServer(({ url = "/" }, response) => {
        asked.push(url);
        const body = served.get(url);
        response.writeHead(body === undefined ? 404 : 200).end(body);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      served.clear();
      asked.length = 0;
    });
    afterEach(() => new Promise((resolve) => server.close(resolve)));
    const serve = ({ roots, metadata }: TufRepository): void => {
      for (const [index, text] of roots.entries()) served.set(`/${index + 1}.root.json`, text);
      for (const role of ["timestamp", "snapshot", "targets"] as const) served.set(`/${role}.json`, metadata[role]);
      served.set("/targets/trusted_root.json", trustedRoot);
      const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      live = { ...instance(roots[0]), mirror };
    };

    it("stores every root between, and requests only missing ones", async () => {
      const made = repository({ roots: 4 });
      serve(made);
      await refreshTrustRoot(live, storage());
      const stored: StoredTrustRoot = JSON.parse(readFileSync(path(), "utf8"));
      assert.deepEqual(stored.metadata.olderRoots, made.roots.slice(1, 3));
      assert.equal((await load(live)).origin, "updated");
      asked.length = 0;
      await refreshTrustRoot(live, storage());
      assert.deepEqual(
        asked.filter((url) => url.includes("root.json") && !url.includes("trusted")),
        ["/5.root.json"],
      );
      assert.equal((await load(live)).origin, "updated");
    });

    it("does not go back behind what is stored", async () => {
      const first = repository();
      serve(repository({ keys: first.keys, version: 2 }));
      await refreshTrustRoot(live, storage());
      const before = readFileSync(path(), "utf8");
      serve(first);
      await failsWith("TRUST_ROOT_REFRESH", () => refreshTrustRoot(live, storage(), { retries: 0 }));
      assert.equal(readFileSync(path(), "utf8"), before);
    });

    it("starts with the built-in root if the stored one does not verify", async () => {
      const made = repository({ roots: 2 });
      serve(made);
      const foreign = repository();
      await write(foreign, (stored) => ({ ...stored, mirror: live.mirror }));
      await rejected(live, /signed by/);
      assert.equal((await refreshTrustRoot(live, storage())).origin, "updated");
      assert.equal((await load(live)).origin, "updated");
    });
  });

  it("is in a folder that only its owner can enter, also if that had wider permissions", async function () {
    if (process.platform === "win32") this.skip();
    const made = repository();
    await write(made);
    const mode = (of: string): string => (statSync(of).mode & 0o777).toString(8);
    assert.equal(mode(storage()), "700");
    for (const again of [() => write(made), () => markFailedRefresh(instance(""), storage())]) {
      chmodSync(storage(), 0o777);
      await again();
      assert.equal(mode(storage()), "700");
    }
    mkdirSync(join(folder(), "fresh"));
    await markFailedRefresh(instance(""), join(folder(), "fresh", "deep"));
    assert.equal(mode(join(folder(), "fresh", "deep")), "700");
  });

  it("is readable by its owner alone", async function () {
    if (process.platform === "win32") this.skip();
    const { metadata } = repository();
    const stored = { mirror: "m", refreshedAt: daysFromNow(0), trustedRoot, metadata: { ...metadata, olderRoots: [] } };
    await writeStored(instance(""), storage(), stored);
    assert.equal((statSync(path()).mode & 0o777).toString(8), "600");
  });
});
