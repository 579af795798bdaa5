/**
 * One login and one keyless signature in a process of its own: `node sign-once.ts TRUST-CONFIG NAME MODEL SIGNATURE`.
 * The user at the browser is `fetch`; what is printed is the signer.
 */
import { sign } from "../../../src/core/operations/sign/sign.ts";
import { readTrustConfigFile } from "../../../src/core/verification/trust-root-files.ts";
import { obtainIdentityToken } from "../../../src/login/obtain-identity-token.ts";
import { Person } from "./person.ts";

const [config = "", name = "", model = "", signature = ""] = process.argv.slice(2);
const root = await readTrustConfigFile(config);
const issuer = root.signingConfig?.oidcUrls[0]?.url ?? "";
const openUrl = (url: string) => new Person().logIn(url, { name });
const { signer } = await sign({
  model,
  signature,
  identity: {
    method: "sigstore",
    root,
    token: async () => (await obtainIdentityToken({ issuer, method: { kind: "browser", openUrl } })).value,
  },
});
process.stdout.write(`${JSON.stringify(signer)}\n`);
