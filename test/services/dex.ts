import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { StartService } from "./service-process.ts";

export const ALICE = "alice@example.com";
export const BOB = "bob@example.org";
export const PASSWORD = "password";
/** bcrypt of it, from Dex's own example: Node has no bcrypt. */
const HASH = "$2a$10$2b2cU8CPhOTaGrs1HRQuAueS7JTT5ZHsHSzYiFPm1leZck7Mc8T4W";
const CLIENT = "sigstore";

export interface IdentityProvider {
  readonly url: string;
  /** An identity token for a person, without a browser (the resource owner's password, RFC 6749 section 4.3). */
  token(email: string): Promise<string>;
}

/** Dex, the OpenID provider of the public instance, with two people who log in by password. */
export async function startDex(start: StartService, port: number): Promise<IdentityProvider> {
  const url = `http://127.0.0.1:${port}`;
  const config = {
    issuer: url,
    storage: { type: "memory" },
    web: { http: `127.0.0.1:${port}` },
    oauth2: { skipApprovalScreen: true, passwordConnector: "local" },
    staticClients: [{ id: CLIENT, name: CLIENT, public: true }],
    enablePasswordDB: true,
    staticPasswords: [ALICE, BOB].map((email) => ({ email, hash: HASH, username: email, userID: email })),
  };
  const dex = start("dex", (folder) => {
    writeFileSync(join(folder, "config.yaml"), JSON.stringify(config));
    return ["serve", "config.yaml"];
  });
  await dex.page(`${url}/.well-known/openid-configuration`);
  return { url, token: (email) => passwordToken(url, email) };
}

async function passwordToken(url: string, username: string): Promise<string> {
  const form = { grant_type: "password", client_id: CLIENT, scope: "openid email", username, password: PASSWORD };
  const response = await fetch(`${url}/token`, { method: "POST", body: new URLSearchParams(form) });
  const answer: unknown = await response.json();
  return v.parse(v.object({ id_token: v.string() }), answer).id_token;
}
