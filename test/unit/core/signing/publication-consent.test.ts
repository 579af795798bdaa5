import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PublicationNotice } from "../../../../src/core/signing/publication.ts";
import { hasConsented, rememberConsent } from "../../../../src/core/signing/publication-consent.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

const NOTICE: PublicationNotice = {
  identity: "alice@example.com",
  log: "https://log.example",
  instance: "public",
  text: "…",
};

describe("the consent to be named in a log", () => {
  const folder = useTemporaryFolder();
  const storage = () => join(folder(), "storage");

  it("is remembered for one identity and one log", async () => {
    assert.equal(await hasConsented(storage(), NOTICE), false);
    await rememberConsent(storage(), NOTICE);
    assert.equal(await hasConsented(storage(), NOTICE), true);
    assert.equal(await hasConsented(storage(), { ...NOTICE, identity: "bob@example.com" }), false);
    assert.equal(await hasConsented(storage(), { ...NOTICE, log: "https://other.example" }), false);
    await rememberConsent(storage(), { ...NOTICE, identity: "bob@example.com" });
    assert.equal(await hasConsented(storage(), NOTICE), true);
  });

  it("is stored without any identity", async () => {
    await rememberConsent(storage(), NOTICE);
    const [name = ""] = readdirSync(storage());
    assert.doesNotMatch(readFileSync(join(storage(), name), "utf8"), /alice|log\.example/);
    assert.deepEqual(readdirSync(storage()), ["agreed-publications.json"]);
  });

  it("is requested again if what is stored is damaged or cannot be written", async () => {
    await rememberConsent(storage(), NOTICE);
    writeFileSync(join(storage(), "agreed-publications.json"), '["x"]');
    assert.equal(await hasConsented(storage(), NOTICE), false);
    await rememberConsent(storage(), NOTICE);
    assert.equal(await hasConsented(storage(), NOTICE), true);
    writeFileSync(join(folder(), "file"), "");
    await rememberConsent(join(folder(), "file"), NOTICE);
    assert.equal(await hasConsented(join(folder(), "file"), NOTICE), false);
  });
});
