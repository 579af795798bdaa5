import { randomBytes } from "node:crypto";
import { type Configuration, type KoaContextWithOIDC, Provider } from "oidc-provider";
import type { FaultBoard } from "./faults.ts";
import { accountClaims, type IdentityTokens, TOKEN_LIFETIME } from "./identity-tokens.ts";
import { type RequestHandler, readBody } from "./loopback-service.ts";
import { type ProviderContext, spoilAnswer } from "./provider-faults.ts";
import {
  codePage,
  deviceConfirmPage,
  deviceDonePage,
  deviceInputPage,
  loginPage,
  refusedPage,
} from "./provider-pages.ts";
import { makeProviderStore } from "./provider-store.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";
const SCOPES = "openid email";

/** A client with a secret, for trying `--client-secret`. */
export const CONFIDENTIAL_CLIENT = { id: "with-secret", secret: "a secret for tests only" } as const;

/**
 * An OpenID provider that logs in anyone who types a name. Its rules are Dex's, which the public instance runs: a public
 * client `sigstore` that comes back to `http://localhost:PORT/…`, to nowhere (a code is shown), or by a device code.
 */
export function makeIdentityProvider(tokens: IdentityTokens, faults: FaultBoard): RequestHandler {
  const provider = new Provider(tokens.issuer, configuration(tokens));
  allowRedirectsToLocalhost(provider);
  provider.use(async (ctx, next) => {
    if (ctx.path.startsWith("/login/")) return await login(provider, ctx);
    await next();
    await spoilAnswer(ctx, tokens, faults);
    showCode(ctx);
  });
  return provider.callback();
}

function configuration(tokens: IdentityTokens): Configuration {
  const client = {
    application_type: "native",
    grant_types: ["authorization_code", DEVICE_GRANT],
    response_types: ["code"],
    redirect_uris: ["http://localhost/"],
    id_token_signed_response_alg: "ES256",
  } as const;
  return {
    adapter: makeProviderStore(),
    clients: [
      { ...client, client_id: "sigstore", token_endpoint_auth_method: "none" },
      { ...client, client_id: CONFIDENTIAL_CLIENT.id, client_secret: CONFIDENTIAL_CLIENT.secret },
    ] as unknown as NonNullable<Configuration["clients"]>,
    jwks: { keys: [tokens.jwk] } as unknown as NonNullable<Configuration["jwks"]>,
    cookies: { keys: [randomBytes(32).toString("hex")] },
    scopes: SCOPES.split(" "),
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    pkce: { required: (ctx) => ctx.path.startsWith("/auth") },
    ttl: {
      AccessToken: TOKEN_LIFETIME,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: TOKEN_LIFETIME,
      IdToken: TOKEN_LIFETIME,
      Interaction: 600,
      Session: TOKEN_LIFETIME,
    },
    findAccount: (_ctx, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, ...accountClaims(accountId) }),
    }),
    loadExistingGrant: grantEverything,
    interactions: { url: (_ctx, interaction) => `/login/${interaction.uid}` },
    renderError: (ctx, { error, error_description: description }) => {
      ctx.type = "html";
      ctx.body = refusedPage(`${error}: ${description ?? ""}`);
    },
    features: {
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (ctx, form, _out, error) => {
          ctx.body = deviceInputPage(form, error?.message);
        },
        userCodeConfirmSource: (ctx, form, _client, _device, userCode) => {
          ctx.body = deviceConfirmPage(form, userCode);
        },
        successSource: (ctx) => {
          ctx.body = deviceDonePage();
        },
      },
    },
  };
}

/** Grants what the client requested, without a second page that asks for consent. */
async function grantEverything(ctx: KoaContextWithOIDC) {
  const { client, session, provider } = ctx.oidc;
  const grant = new provider.Grant();
  if (client !== undefined) grant.clientId = client.clientId;
  if (session?.accountId !== undefined) grant.accountId = session.accountId;
  grant.addOIDCScope(SCOPES);
  await grant.save();
  return grant;
}

function allowRedirectsToLocalhost(provider: Provider): void {
  const prototype = provider.Client.prototype as { redirectUriAllowed(uri: string): boolean };
  prototype.redirectUriAllowed = (uri) => {
    if (uri === OUT_OF_BAND) return true;
    if (!URL.canParse(uri)) return false;
    const { protocol, hostname, port, username, hash } = new URL(uri);
    return protocol === "http:" && hostname === "localhost" && port !== "" && username === "" && hash === "";
  };
}

/** The page where a name is typed, and what becomes of it. */
async function login(provider: Provider, ctx: ProviderContext): Promise<void> {
  const interaction = await provider.interactionDetails(ctx.req, ctx.res);
  const { params, uid } = interaction;
  const show = (problem?: string) => {
    ctx.type = "html";
    ctx.set("Cache-Control", "no-store");
    ctx.body = loginPage(`/login/${uid}`, String(params["client_id"]), problem);
  };
  if (ctx.method !== "POST") return show();
  const form = new URLSearchParams((await readBody(ctx.req)).toString());
  const name = (form.get("login") ?? "").trim();
  const refused = form.get("choice") === "refuse";
  if (name === "" && !refused) return show("Type a name first.");
  await forgetOther(provider, interaction, name);
  const result = refused
    ? { error: "access_denied", error_description: "The person at the login page refused." }
    : // A native client asks for consent at each login; the page names the client, so logging in is agreeing.
      { login: { accountId: name }, consent: {} };
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }));
}

type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>;

/** Ends an earlier login in this browser, for which the library would show a separate page. */
async function forgetOther(provider: Provider, interaction: Interaction, name: string): Promise<void> {
  const before =
    interaction.session === undefined ? undefined : await provider.Session.findByUid(interaction.session.uid);
  if (before?.accountId === undefined || before.accountId === name) return;
  delete before.accountId;
  await before.save(TOKEN_LIFETIME);
  delete interaction.session;
  await interaction.save(TOKEN_LIFETIME);
}

/** A client that has no address is answered by a page with the code, as Dex does. */
function showCode(ctx: ProviderContext): void {
  const target = ctx.response.get("location") ?? "";
  if (!target.startsWith(OUT_OF_BAND)) return;
  const answer = new URL(target).searchParams;
  const code = answer.get("code");
  ctx.response.remove("location");
  ctx.status = 200;
  ctx.type = "html";
  ctx.body = code === null ? refusedPage(answer.get("error_description") ?? "No code was given.") : codePage(code);
}
