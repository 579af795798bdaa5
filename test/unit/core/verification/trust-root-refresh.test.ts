import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { currentTrustRoot, openTrustRoot } from "../../../../src/core/verification/open-trust-root.ts";
import {
  PUBLIC_INSTANCE,
  type SigstoreInstance,
  STAGING_INSTANCE,
} from "../../../../src/core/verification/trust-root-instances.ts";
import { refreshTrustRoot } from "../../../../src/core/verification/trust-root-refresh.ts";
import { loadTrustRoot } from "../../../../src/core/verification/trust-root-store.ts";
import { failsWith } from "../../../support/errors.ts";
import { type LocalSigstore, startLocalSigstore } from "../../../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

const ONCE = { retries: 0 };

const seedOf = async ({ tufRootPath, trustedRoot }: LocalSigstore) => ({
  tufRoot: readFileSync(tufRootPath, "utf8"),
  trustedRoot,
});

describe("trust roots that come with the program", () => {
  const folder = useTemporaryFolder();

  it("work without a network and without a folder", async () => {
    for (const instance of [PUBLIC_INSTANCE, STAGING_INSTANCE]) {
      const root = await loadTrustRoot(instance, join(folder(), "none"));
      assert.equal(root.origin, "built-in");
      assert.equal(root.instance, instance.instance);
      assert.ok(root.trustedRoot.certificateAuthorities.length > 0);
    }
    assert.ok(!existsSync(join(folder(), "none")));
  });

  it("have a date that an update of @sigstore/tuf has to change", async () => {
    const path = createRequire(import.meta.url).resolve("@sigstore/tuf/seeds.json");
    const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
    assert.equal(digest, "4fdc34cd342c148d05221d7e76eaff941919aa6f62dfc315d5c854da78e5113a");
    assert.equal((await PUBLIC_INSTANCE.seed()).asOf, "2026-11-05T00:19:12Z");
  });
});

describe("trust roots from a TUF repository", () => {
  const folder = useTemporaryFolder();
  let sigstore: LocalSigstore;
  let instance: SigstoreInstance;
  const storage = () => join(folder(), "storage");
  const file = () => join(storage(), "local.json");
  before(async () => {
    sigstore = await startLocalSigstore();
    instance = {
      instance: "private",
      label: "local Sigstore",
      fileName: "local.json",
      mirror: sigstore.urls.tuf,
      seed: () => seedOf(sigstore),
    };
  });
  afterEach(() => sigstore.behave());
  after(() => sigstore.stop());

  const stored = (change: (content: { refreshedAt: string; metadata: Record<string, string> }) => void): void => {
    const content = JSON.parse(readFileSync(file(), "utf8"));
    change(content);
    writeFileSync(file(), JSON.stringify(content));
  };
  const old = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const asked = () => sigstore.requests("tuf").length;

  it("are fetched with the services, and then used without another request", async () => {
    assert.equal((await loadTrustRoot(instance, storage())).origin, "built-in");
    const fetched = await refreshTrustRoot(instance, storage());
    assert.equal(fetched.origin, "updated");
    assert.equal(fetched.trustedRoot.tlogs[1]?.baseUrl, sigstore.urls.rekorV2);
    assert.equal(fetched.signingConfig?.caUrls[0]?.url, sigstore.urls.fulcio);
    const before = asked();
    assert.deepEqual(await loadTrustRoot(instance, storage()), fetched);
    assert.equal(asked(), before);
    assert.deepEqual(readdirSync(storage()), ["local.json"]);
  });

  it("are refreshed in the background once they are older than a day, and not sooner", async () => {
    await refreshTrustRoot(instance, storage());
    const before = asked();
    const fresh = await openTrustRoot(instance, { storage: storage() });
    assert.equal(fresh.newer, undefined);
    stored((content) => {
      content.refreshedAt = old(23);
    });
    assert.equal((await openTrustRoot(instance, { storage: storage() })).newer, undefined);
    assert.equal(asked(), before);
    stored((content) => {
      content.refreshedAt = old(25);
    });
    const due = await openTrustRoot(instance, { storage: storage() });
    assert.equal(due.root.asOf, JSON.parse(readFileSync(file(), "utf8")).refreshedAt);
    const newer = await due.newer;
    assert.ok(newer !== undefined && Date.now() - Date.parse(newer.asOf ?? "") < 60_000);
    assert.equal((await loadTrustRoot(instance, storage())).asOf, newer.asOf);
  });

  it("are never requested offline, however old", async () => {
    const before = asked();
    assert.equal((await openTrustRoot(instance, { storage: storage(), offline: true })).root.origin, "built-in");
    await refreshTrustRoot(instance, storage());
    stored((content) => {
      content.refreshedAt = old(1000);
    });
    const since = asked();
    const opened = await openTrustRoot(instance, { storage: storage(), offline: true });
    assert.equal(opened.newer, undefined);
    assert.equal(asked(), since);
    assert.ok(before < since);
  });

  it("stay in use if the refresh fails", async () => {
    await refreshTrustRoot(instance, storage());
    stored((content) => {
      content.refreshedAt = old(25);
    });
    sigstore.misbehave("tuf", { kind: "status", status: 500 });
    const errors: unknown[] = [];
    const options = { storage: storage(), ...ONCE, onRefreshFailed: (error: unknown) => void errors.push(error) };
    const { root, newer } = await openTrustRoot(instance, options);
    assert.equal(await newer, undefined);
    assert.equal((await currentTrustRoot(instance, options)).asOf, root.asOf);
    assert.equal(errors.length, 2);
    const before = asked();
    assert.equal((await openTrustRoot(instance, options)).newer, undefined, "it failed a moment ago");
    assert.equal(asked(), before);
    sigstore.behave();
    assert.notEqual((await currentTrustRoot(instance, options)).asOf, root.asOf);
    stored((content) => {
      content.refreshedAt = old(25);
    });
    assert.notEqual((await openTrustRoot(instance, options)).newer, undefined, "the last one went well");
  });

  it("are an error if services to sign with are not known and cannot be fetched", async () => {
    sigstore.misbehave("tuf", { kind: "status", status: 500 });
    const options = { storage: storage(), ...ONCE };
    const error = await failsWith("TRUST_ROOT_REFRESH", () => currentTrustRoot(instance, options));
    assert.match(error.message, /local Sigstore could not be refreshed from http:\/\/127\.0\.0\.1/);
    assert.equal(error.kind, "unable");
    assert.ok(!existsSync(file()));
  });

  it("are rejected from a repository with another root", async () => {
    const other = await startLocalSigstore();
    try {
      const seed = () => seedOf(other);
      await failsWith("TRUST_ROOT_REFRESH", () => refreshTrustRoot({ ...instance, seed }, storage(), ONCE));
      assert.ok(!existsSync(file()));
    } finally {
      await other.stop();
    }
  });

  it("are not refreshed from stored metadata that does not verify", async () => {
    await refreshTrustRoot(instance, storage());
    const behind = readFileSync(file(), "utf8");
    const other = await startLocalSigstore();
    try {
      const seed = () => seedOf(other);
      await refreshTrustRoot({ ...instance, mirror: other.urls.tuf, seed }, storage());
      const foreign = JSON.parse(readFileSync(file(), "utf8"));
      // Metadata of another repository under this one's name is not what the next refresh begins with.
      writeFileSync(file(), JSON.stringify({ ...JSON.parse(behind), metadata: foreign.metadata }));
      assert.equal((await refreshTrustRoot(instance, storage(), ONCE)).origin, "updated");
    } finally {
      await other.stop();
    }
  });

  it("are taken from the seed if what is stored is damaged, or of another repository", async () => {
    await refreshTrustRoot(instance, storage());
    const good = readFileSync(file(), "utf8");
    for (const damaged of [
      "",
      "{",
      "[]",
      good.slice(0, 1000),
      good.replace(instance.mirror, "https://elsewhere.example"),
    ]) {
      writeFileSync(file(), damaged);
      assert.equal((await loadTrustRoot(instance, storage())).origin, "built-in");
      assert.equal((await refreshTrustRoot(instance, storage())).origin, "updated");
    }
  });

  it("can be refreshed by several processes at once", async () => {
    const roots = await Promise.all(Array.from({ length: 5 }, () => refreshTrustRoot(instance, storage())));
    assert.equal(new Set(roots.map(({ trustedRoot }) => JSON.stringify(trustedRoot))).size, 1);
    assert.deepEqual(readdirSync(storage()), ["local.json"]);
    assert.equal((await loadTrustRoot(instance, storage())).origin, "updated");
  });

  it("can be used even if they cannot be stored", async () => {
    mkdirSync(storage());
    mkdirSync(file());
    assert.equal((await refreshTrustRoot(instance, storage())).origin, "updated");
  });

  it("are not waited for after cancellation", async () => {
    sigstore.misbehave("tuf", { kind: "slow", milliseconds: 60_000 });
    const controller = new AbortController();
    const refreshing = refreshTrustRoot(instance, storage(), { ...ONCE, signal: controller.signal });
    controller.abort();
    await failsWith("CANCELLED", () => refreshing);
    await failsWith("CANCELLED", () => refreshTrustRoot(instance, storage(), { signal: AbortSignal.abort() }));
  });
});
