import { decodeJwt, type JWTPayload } from "jose";
import type { Provider } from "oidc-provider";
import type { ContentFaultKind, FaultBoard } from "./faults.ts";
import type { IdentityTokens } from "./identity-tokens.ts";

/** What the provider's middleware is handed. */
export type ProviderContext = Parameters<Parameters<Provider["use"]>[0]>[0];

/** How a token is spoilt: the claims that a login would have given, changed. */
const SPOILT: Partial<Record<ContentFaultKind, (claims: JWTPayload) => JWTPayload>> = {
  "expired-token": (claims) => ({ ...claims, iat: seconds(-7200), exp: seconds(-3600) }),
  "future-token": (claims) => ({ ...claims, iat: seconds(7200), exp: seconds(10_800) }),
  "no-email": ({ email: _email, email_verified: _verified, ...claims }) => claims,
  "unverified-email": (claims) => ({ ...claims, email_verified: false }),
  "wrong-nonce": (claims) => ({ ...claims, nonce: "of-another-login" }),
  "wrong-audience": (claims) => ({ ...claims, aud: "another-audience" }),
};

function seconds(fromNow: number): number {
  return Math.floor(Date.now() / 1000) + fromNow;
}

/** Changes what the provider is about to answer, where that was asked for. */
export async function spoilAnswer(ctx: ProviderContext, tokens: IdentityTokens, faults: FaultBoard): Promise<void> {
  // The protocol's default is 5 seconds between polls.
  if (ctx.path === "/device/auth" && ctx.status === 200) (ctx.body as { interval?: number }).interval = 1;
  if (ctx.path === "/token") await spoilToken(ctx, tokens, faults);
  const target = ctx.response.get("location") ?? "";
  if (target.includes("state=") && faults.takeContent("issuer", "wrong-state")) {
    const url = new URL(target);
    url.searchParams.set("state", "of-another-login");
    ctx.set("location", url.href);
  }
}

async function spoilToken(ctx: ProviderContext, tokens: IdentityTokens, faults: FaultBoard): Promise<void> {
  const body = ctx.body as { id_token?: string; error?: string };
  if (body.error === "authorization_pending" && faults.takeContent("issuer", "pending-401")) ctx.status = 401;
  if (body.id_token === undefined) return;
  if (faults.takeContent("issuer", "no-token")) delete body.id_token;
  for (const [kind, spoil] of Object.entries(SPOILT)) {
    if (body.id_token === undefined || !faults.takeContent("issuer", kind as ContentFaultKind)) continue;
    body.id_token = await tokens.sign(spoil(decodeJwt(body.id_token)));
  }
}
