import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkWritten } from "../../../../src/core/signing/check-written.ts";
import { readPrivateKey } from "../../../../src/core/signing/private-key.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

describe("reading a signature back", () => {
  const folder = useTemporaryFolder();
  const keys = makeKeys();
  const key = readPrivateKey({ label: "k", pem: keys.privatePem }, undefined);
  const statement = makeStatement(fileResources({ a: "1" }));
  const payload = Buffer.from(JSON.stringify(statement));
  const write = (text: string) => {
    const path = join(folder(), "model.sig");
    writeFileSync(path, text);
    return path;
  };

  it("passes what was signed", async () => {
    await checkWritten(write(bundleText(signBundle(statement, { keys }))), key, payload);
  });

  it("fails where it is another payload, another key, or damaged", async () => {
    const otherPayload = bundleText(signBundle(makeStatement(fileResources({ b: "1" })), { keys }));
    await failsWith("SIGNATURE_SELF_CHECK", () => checkWritten(write(otherPayload), key, payload));
    const otherKey = bundleText(signBundle(statement, { keys: makeKeys() }));
    await failsWith("SIGNATURE_SELF_CHECK", () => checkWritten(write(otherKey), key, payload));
    await failsWith("BUNDLE_NOT_JSON", () => checkWritten(write("{"), key, payload));
  });
});
