import { checkWritten, checkWrittenBytes } from "../../../../src/core/signing/check-written.ts";
import { readPrivateKey } from "../../../../src/core/signing/private-key.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeKeys } from "../../../support/keys.ts";

describe("reading a signature back", () => {
  const keys = makeKeys();
  const key = readPrivateKey({ label: "k", pem: keys.privatePem }, undefined);
  const statement = makeStatement(fileResources({ a: "1" }));
  const payload = Buffer.from(JSON.stringify(statement));
  const check = (text: string) => checkWritten(Buffer.from(text), "model.sig", key, payload);

  it("passes what was signed", () => {
    check(bundleText(signBundle(statement, { keys })));
  });

  it("fails if it has another payload or key, or is damaged", async () => {
    const otherPayload = bundleText(signBundle(makeStatement(fileResources({ b: "1" })), { keys }));
    await failsWith("SIGNATURE_SELF_CHECK", () => check(otherPayload));
    const otherKey = bundleText(signBundle(statement, { keys: makeKeys() }));
    await failsWith("SIGNATURE_SELF_CHECK", () => check(otherKey));
    await failsWith("SIGNATURE_SELF_CHECK", () => checkWrittenBytes(Buffer.from("a"), "model.sig", Buffer.from("b")));
    await failsWith("BUNDLE_NOT_JSON", () => check("{"));
  });
});
