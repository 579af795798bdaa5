import assert from "node:assert/strict";
import { chooseServices } from "../../../../src/core/signing/sigstore-services.ts";
import { parseMessages } from "../../../../src/core/verification/trust-root.ts";
import { PUBLIC_INSTANCE } from "../../../../src/core/verification/trust-root-instances.ts";
import { failsWith } from "../../../support/errors.ts";

const NOW = new Date("2026-11-23T00:00:00Z");

interface Url {
  readonly url: string;
  readonly majorApiVersion?: number;
  readonly start?: string;
  readonly end?: string;
}

function services(urls: readonly Url[]): object[] {
  return urls.map(({ url, majorApiVersion = 1, start, end }) => ({ url, majorApiVersion, validFor: { start, end } }));
}

interface Config {
  readonly ca?: readonly Url[];
  readonly logs?: readonly Url[];
  readonly logSelector?: object;
  readonly tsa?: readonly Url[];
  readonly tsaSelector?: object;
  readonly issuers?: readonly Url[];
}

const CA = [{ url: "https://ca.example" }];
const LOG = [{ url: "https://log.example" }];
const TSA = [{ url: "https://tsa.example/api/v1/timestamp" }];

async function choose({ ca = CA, logs = LOG, logSelector, tsa = TSA, tsaSelector, issuers = [] }: Config) {
  const signingConfig = {
    mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
    caUrls: services(ca),
    rekorTlogUrls: services(logs),
    rekorTlogConfig: logSelector ?? { selector: "ANY" },
    tsaUrls: services(tsa),
    tsaConfig: tsaSelector ?? { selector: "ANY" },
    oidcUrls: services(issuers),
  };
  const { trustedRoot } = await PUBLIC_INSTANCE.seed();
  const messages = await parseMessages({ trustedRoot, signingConfig }, "config.json");
  return chooseServices({ label: "config.json", instance: "private", origin: "file", ...messages }, NOW);
}

describe("the services to sign with", () => {
  it("are those that the configuration names", async () => {
    const chosen = await choose({ ca: [{ url: "https://ca.example/" }], issuers: [{ url: "https://login.example/" }] });
    assert.deepEqual(chosen, {
      authority: "https://ca.example",
      log: { url: "https://log.example", version: 1 },
      timestamps: "https://tsa.example/api/v1/timestamp",
      issuer: "https://login.example/",
    });
  });

  it("are valid now, neither expired nor in the future", async () => {
    const logs = [
      { url: "https://ended.example", start: "2025-01-01T00:00:00Z", end: "2026-01-01T00:00:00Z" },
      { url: "https://old.example", start: "2024-01-01T00:00:00Z" },
      { url: "https://new.example", start: "2026-06-01T00:00:00Z" },
      { url: "https://to-come.example", start: "2027-01-01T00:00:00Z" },
    ];
    assert.equal((await choose({ logs })).log.url, "https://new.example");
    assert.equal((await choose({ logs: [...logs].reverse() })).log.url, "https://new.example");
  });

  it("have the highest supported version", async () => {
    const logs = [
      { url: "https://one.example", majorApiVersion: 1, start: "2026-06-01T00:00:00Z" },
      { url: "https://two.example", majorApiVersion: 2, start: "2025-06-01T00:00:00Z" },
      { url: "https://three.example", majorApiVersion: 3, start: "2026-07-01T00:00:00Z" },
    ];
    assert.deepEqual((await choose({ logs })).log, { url: "https://two.example", version: 2 });
  });

  it("need no timestamp authority if the log has the time", async () => {
    assert.equal((await choose({ tsa: [] })).timestamps, undefined);
  });

  const twoLogs = [...LOG, { url: "https://log2.example" }];
  it("may be required to be all or exactly one", async () => {
    assert.equal((await choose({ logSelector: { selector: "ALL" } })).log.url, "https://log.example");
    assert.equal((await choose({ logs: twoLogs, logSelector: { selector: "EXACT", count: 1 } })).log.version, 1);
  });

  const refused: readonly (readonly [string, Config, RegExp])[] = [
    ["there is no authority", { ca: [] }, /no certificate authority/],
    [
      "the authority is of a version to come",
      { ca: [{ url: "https://ca.example", majorApiVersion: 2 }] },
      /no certificate authority/,
    ],
    ["there is no log", { logs: [] }, /no transparency log/],
    [
      "every log has ended",
      { logs: [{ url: "https://log.example", end: "2026-01-01T00:00:00Z" }] },
      /no transparency log/,
    ],
    [
      "a log of version 2 is without timestamps",
      { logs: [{ url: "https://log.example", majorApiVersion: 2 }], tsa: [] },
      /gives no time/,
    ],
    [
      "two log entries are wanted",
      { logs: twoLogs, logSelector: { selector: "EXACT", count: 2 } },
      /wants 2 log entries/,
    ],
    ["all of two logs are wanted", { logs: twoLogs, logSelector: { selector: "ALL" } }, /wants 2 log entries/],
    ["two timestamps are wanted", { tsaSelector: { selector: "EXACT", count: 2 } }, /wants 2 timestamps/],
  ];
  for (const [what, config, message] of refused) {
    it(`are rejected if ${what}`, async () => {
      assert.match((await failsWith("SIGNING_SERVICES", () => choose(config))).message, message);
    });
  }
});
