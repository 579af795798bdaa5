import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PublicationNotice } from "../../../../src/core/signing/publication.ts";
import { hasAgreed, rememberAgreement } from "../../../../src/core/signing/publication-consent.ts";
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
    assert.equal(await hasAgreed(storage(), NOTICE), false);
    await rememberAgreement(storage(), NOTICE);
    assert.equal(await hasAgreed(storage(), NOTICE), true);
    assert.equal(await hasAgreed(storage(), { ...NOTICE, identity: "bob@example.com" }), false);
    assert.equal(await hasAgreed(storage(), { ...NOTICE, log: "https://other.example" }), false);
    await rememberAgreement(storage(), { ...NOTICE, identity: "bob@example.com" });
    assert.equal(await hasAgreed(storage(), NOTICE), true);
  });

  it("is stored without any identity", async () => {
    await rememberAgreement(storage(), NOTICE);
    const [name = ""] = readdirSync(storage());
    assert.doesNotMatch(readFileSync(join(storage(), name), "utf8"), /alice|log\.example/);
    assert.deepEqual(readdirSync(storage()), ["agreed-publications.json"]);
  });

  it("is requested again if what is stored is damaged or cannot be written", async () => {
    await rememberAgreement(storage(), NOTICE);
    writeFileSync(join(storage(), "agreed-publications.json"), '["x"]');
    assert.equal(await hasAgreed(storage(), NOTICE), false);
    await rememberAgreement(storage(), NOTICE);
    assert.equal(await hasAgreed(storage(), NOTICE), true);
    writeFileSync(join(folder(), "file"), "");
    await rememberAgreement(join(folder(), "file"), NOTICE);
    assert.equal(await hasAgreed(join(folder(), "file"), NOTICE), false);
  });
});
