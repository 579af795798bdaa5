import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTrustConfigFile } from "../../../../src/core/verification/trust-root-files.ts";
import { PUBLIC_INSTANCE } from "../../../../src/core/verification/trust-root-instances.ts";
import { failsWith } from "../../../support/errors.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

type Json = Record<string, unknown>;

function snakeCased(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(snakeCased);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
      snakeCased(value),
    ]),
  );
}

function service(url: string, majorApiVersion = 1): Json {
  return { url, majorApiVersion, validFor: { start: "2025-01-01T00:00:00Z" }, operator: "o" };
}

const SIGNING_CONFIG: Json = {
  mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  caUrls: [service("https://fulcio.example")],
  rekorTlogUrls: [service("https://rekor.example", 2)],
  rekorTlogConfig: { selector: "ANY" },
  tsaUrls: [service("https://tsa.example/api/v1/timestamp")],
  tsaConfig: { selector: "ANY" },
};

describe("trust roots from files", () => {
  const folder = useTemporaryFolder();
  let root: Json;
  before(async () => {
    root = (await PUBLIC_INSTANCE.seed()).trustedRoot as Json;
  });
  const file = (content: unknown): string => {
    const path = join(folder(), "root.json");
    writeFileSync(path, typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content));
    return path;
  };
  const config = (more: Json = {}): Json => ({
    mediaType: "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
    trustedRoot: root,
    signingConfig: SIGNING_CONFIG,
    ...more,
  });

  it("are read in camelCase and in snake_case alike", async () => {
    const plain = await readTrustConfigFile(file(config()));
    assert.equal(plain.trustedRoot.tlogs.length, 2);
    assert.equal(plain.signingConfig?.rekorTlogUrls[0]?.majorApiVersion, 2);
    assert.deepEqual(
      [plain.label, plain.instance, plain.origin, plain.asOf],
      ["root.json", "private", "file", undefined],
    );
    assert.deepEqual(await readTrustConfigFile(file(snakeCased(config()))), plain);
    assert.deepEqual((await readTrustConfigFile(file(snakeCased(root)))).trustedRoot, plain.trustedRoot);
  });

  it("need no services to verify", async () => {
    assert.equal((await readTrustConfigFile(file(root))).signingConfig, undefined);
    assert.equal((await readTrustConfigFile(file({ trustedRoot: root }))).signingConfig, undefined);
  });

  const log = () => (root["tlogs"] as Json[])[0] as Json;
  const bad: readonly (readonly [string, () => unknown, RegExp])[] = [
    ["is not JSON", () => "{", /not JSON/],
    ["is not UTF-8", () => Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/],
    ["is something else", () => [], /not a trust configuration/],
    ["is nested without end", () => "[".repeat(100_000), /levels deep/],
    [
      "has a field in both spellings",
      () => ({ ...root, certificate_authorities: [] }),
      /certificateAuthorities is there twice/,
    ],
    [
      "has a field twice",
      () => JSON.stringify(root).replace('"tlogs":', '"\\u0074logs":[],"tlogs":'),
      /same field twice in one object/,
    ],
    ["names no certificate authority", () => ({ ...root, certificateAuthorities: [] }), /certificateAuthorities/],
    [
      "has a key that is not Base64",
      () => ({ ...root, tlogs: [{ ...log(), publicKey: { rawBytes: "%" } }] }),
      /rawBytes/,
    ],
    ["has no key", () => ({ ...root, tlogs: [{ ...log(), publicKey: {} }] }), /rawBytes/],
    [
      "has a time that is none",
      () => ({
        ...root,
        tlogs: [{ ...log(), publicKey: { ...(log()["publicKey"] as Json), validFor: { start: "soon" } } }],
      }),
      /start.*not a time/,
    ],
    ["has an algorithm that is not known", () => ({ ...root, tlogs: [{ ...log(), hashAlgorithm: "MD5" }] }), /MD5/],
  ];
  for (const [what, content, message] of bad) {
    it(`are rejected if the file ${what}`, async () => {
      const error = await failsWith("TRUST_ROOT_UNREADABLE", () => readTrustConfigFile(file(content())));
      assert.match(error.message, message);
      assert.match(error.message, /root\.json/);
      assert.equal(error.kind, "usage");
    });
  }

  const badServices: readonly (readonly [string, Json, RegExp])[] = [
    ["an old version", { mediaType: "application/vnd.dev.sigstore.signingconfig.v0.1+json" }, /mediaType/],
    ["an address of another kind", { caUrls: [service("file:///etc/passwd")] }, /web address/],
    ["no address", { tsaUrls: [{ majorApiVersion: 1 }] }, /url/],
    ["a way to choose that is not known", { tsaConfig: { selector: "BEST" } }, /selector/],
  ];
  for (const [what, part, message] of badServices) {
    it(`are rejected if the services have ${what}`, async () => {
      const path = file(config({ signingConfig: { ...SIGNING_CONFIG, ...part } }));
      assert.match((await failsWith("TRUST_ROOT_UNREADABLE", () => readTrustConfigFile(path))).message, message);
    });
  }

  it("are rejected if there is no file, a folder, or a huge file", async () => {
    await failsWith("TRUST_ROOT_UNREADABLE", () => readTrustConfigFile(join(folder(), "none.json")));
    const reading = (path: string) => failsWith("TRUST_ROOT_UNREADABLE", () => readTrustConfigFile(path));
    assert.match((await reading(folder())).message, /it is no file/);
    assert.match((await reading(file(Buffer.alloc(5_000_000, " ")))).message, /it is too large/);
  });
});
