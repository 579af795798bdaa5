import type { LoginMethod } from "../login/login-options.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "./arguments.ts";
import { askLine } from "./question.ts";
import type { Terminal } from "./terminal.ts";

/** Where the identity comes from, in this order; a browser login, if none of the first two is given. */
export const TOKEN_OPTIONS = {
  "identity-token TOKEN":
    "An OpenID identity token. Other users of this machine can see it while the command runs: better put it into SIGSTORE_ID_TOKEN and use the next option.",
  "use-ambient-credentials":
    "Use the ambient identity: GitHub Actions, GitLab (SIGSTORE_ID_TOKEN), Buildkite, Google Cloud, or a token file (SIGSTORE_ID_TOKEN_FILE).",
  "oauth-force-oob": "Do not open a browser: print the address of the login, and ask for the code that it shows.",
  "oauth-device":
    "Do not open a browser: print an address and a code to type there, on any device. Not every provider offers it.",
  "oidc-issuer URL": "The OpenID provider to log in at. Default: the one of the Sigstore instance.",
  "client-id ID": 'The OpenID client. Default: "sigstore".',
  "client-secret SECRET": "The client's secret, if it has one.",
} satisfies OptionSpecs;

type TokenArguments = ArgumentsOf<typeof TOKEN_OPTIONS>;

/**
 * A token as it is, or how to get one when the files were read.
 *
 * @param issuer OpenID provider of the Sigstore instance
 * @throws ProvenanceError USAGE; what is returned throws TOKEN_*, LOGIN_*, CANCELLED
 */
export function identityToken(
  args: TokenArguments,
  issuer: string | undefined,
  terminal: Terminal,
): string | (() => Promise<string>) {
  const given = args.text("identity-token");
  const ambient = args.flag("use-ambient-credentials") === true;
  if (given !== undefined && ambient) throw usageError("Give --identity-token or --use-ambient-credentials, not both.");
  if (given !== undefined) return given;
  if (ambient) return () => ambientToken(terminal);
  if (args.flag("oauth-force-oob") === true && args.flag("oauth-device") === true) {
    throw usageError("Give --oauth-force-oob or --oauth-device, not both.");
  }
  const provider = args.text("oidc-issuer") ?? issuer;
  if (provider === undefined) throw usageError("--oidc-issuer is missing: the instance does not say where to log in.");
  return () => login(provider, args, terminal);
}

/**
 * Checks the token that is given, or that the surroundings provide; nothing where a person logs in.
 *
 * @throws ProvenanceError TOKEN_*
 */
export async function checkToken(args: TokenArguments, terminal: Terminal): Promise<void> {
  const given = args.text("identity-token");
  if (given === undefined && args.flag("use-ambient-credentials") !== true) return;
  const token = given ?? (await ambientToken(terminal));
  const { readIdentityToken } = await import("../core/signing/identity-claims.ts");
  readIdentityToken(token, Date.now());
}

async function ambientToken({ env, log, interruption }: Terminal): Promise<string> {
  const { findAmbientToken } = await import("../core/signing/ambient-token.ts");
  const { token, source } = await findAmbientToken({ env, signal: interruption.signal });
  log.info(`The identity is from ${source}.`);
  return token;
}

async function login(issuer: string, args: TokenArguments, terminal: Terminal): Promise<string> {
  const { obtainIdentityToken } = await import("../login/obtain-identity-token.ts");
  const { value } = await obtainIdentityToken({
    issuer,
    clientId: args.text("client-id"),
    clientSecret: args.text("client-secret"),
    method: loginMethod(args, terminal),
    signal: terminal.interruption.signal,
  });
  return value;
}

function loginMethod(args: TokenArguments, terminal: Terminal): LoginMethod {
  const { err } = terminal;
  if (args.flag("oauth-force-oob") === true) {
    return {
      kind: "code",
      askForCode: (url) => {
        err.print(["Open this address in a browser, log in, and copy the code:"], [url]);
        return askLine("Code: ", terminal);
      },
    };
  }
  if (args.flag("oauth-device") === true) {
    return {
      kind: "device",
      showCode: ({ url, userCode }) =>
        err.print(["Open this address on any device, and type the code there:"], [url], [userCode]),
    };
  }
  return {
    kind: "browser",
    async openUrl(url) {
      err.print(["Waiting for the login in your browser. If none opens, go to:"], [url]);
      const { openInBrowser } = await import("../login/open-in-browser.ts");
      await openInBrowser(url);
    },
  };
}
