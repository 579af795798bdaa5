import { ProvenanceError } from "../../core/errors.ts";
import type { PublicationNotice } from "../../core/signing/publication.ts";
import type { ExpectedIdentity } from "../../core/trust.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { checkToken, identityToken, TOKEN_OPTIONS } from "../identity-token.ts";
import { dataFolder } from "../program-folders.ts";
import { confirm } from "../question.ts";
import { SIGN_DESCRIPTION, SIGN_OPTIONS, signModel } from "../sign-model.ts";
import { INSTANCE_OPTIONS, TRUST_OPTIONS, trustToSign, trustToVerify } from "../sigstore-instance.ts";
import type { Terminal } from "../terminal.ts";
import { VERIFY_DESCRIPTION, VERIFY_OPTIONS, verifyModel } from "../verify-model.ts";

export const signWithSigstore = defineCommand({
  name: "sign sigstore",
  description: [
    "Signs a model with the identity of a browser login or a CI job; no key is kept. The identity and the model's digest are published in a log.",
    SIGN_DESCRIPTION,
  ],
  options: { ...TOKEN_OPTIONS, ...INSTANCE_OPTIONS, ...SIGN_OPTIONS },
  examples: [
    "model-provenance sign llama-3-8b",
    "model-provenance sign llama-3-8b --use-ambient-credentials --yes",
    "model-provenance sign llama-3-8b --trust-config private.json",
  ],
  async run(model, args, terminal) {
    // Without the network, a token that cannot be used is the nearer reason.
    const root = await trustToSign(args, terminal).catch(async (error: unknown) => {
      await checkToken(args, terminal);
      throw error;
    });
    const { chooseServices } = await import("../../core/signing/sigstore-services.ts");
    const { issuer } = chooseServices(root, new Date());
    const token = identityToken(args, issuer, terminal);
    const yes = args.flag("yes") === true;
    const confirm = (notice: Parameters<typeof confirmPublication>[0]) => confirmPublication(notice, yes, terminal);
    return signModel(model, { method: "sigstore", root, token, confirm }, args, terminal);
  },
});

const IDENTITY_OPTIONS = {
  "identity IDENTITY": "The signer that you expect: an e-mail address, or the URI of a CI workflow. Compared exactly.",
  "identity-provider URL":
    "The OpenID provider of the identity: https://accounts.google.com, https://github.com/login/oauth… Compared exactly.",
} satisfies OptionSpecs;

export const verifyWithSigstore = defineCommand({
  name: "verify sigstore",
  description: ["Verifies a model that was signed with a login or by CI.", VERIFY_DESCRIPTION],
  options: { ...IDENTITY_OPTIONS, ...TRUST_OPTIONS, ...VERIFY_OPTIONS },
  examples: [
    "model-provenance verify llama-3-8b --identity alice@example.com \\",
    "    --identity-provider https://accounts.google.com",
  ],
  async run(model, args, terminal) {
    const identities = expectedIdentities(args);
    const trust = { sigstore: { ...(await trustToVerify(args, terminal)), identities } };
    return verifyModel({ model, trust, accepted: () => "the identity and provider given" }, args, terminal);
  },
});

/** Without any, the report names the signer, who is not accepted. */
function expectedIdentities(args: ArgumentsOf<typeof IDENTITY_OPTIONS>): ExpectedIdentity[] {
  const identity = args.text("identity");
  const issuer = args.text("identity-provider");
  if (identity === undefined && issuer === undefined) return [];
  if (identity === undefined)
    throw usageError("--identity is missing: --identity-provider needs the signer's identity.");
  if (issuer === undefined)
    throw usageError("--identity-provider is missing: --identity needs the provider of that identity.");
  return [{ identity, issuer }];
}

/**
 * Shows what a keyless signature makes public and asks for consent, once for each identity and log.
 *
 * @throws ProvenanceError PUBLICATION_DECLINED without a terminal, CANCELLED
 */
async function confirmPublication(notice: PublicationNotice, yes: boolean, terminal: Terminal): Promise<boolean> {
  const { err, log, input, env } = terminal;
  if (yes) {
    log.info(notice.text);
    return true;
  }
  const { hasConsented, rememberConsent } = await import("../../core/signing/publication-consent.ts");
  const storage = dataFolder(env);
  if (await hasConsented(storage, notice)) return true;
  err.print([notice.text]);
  if (!input.isTTY) {
    const message = "There is no terminal to confirm the publication. Confirm it with --yes. Nothing was published.";
    throw new ProvenanceError("PUBLICATION_DECLINED", message);
  }
  if (!(await confirm("Sign?", terminal))) return false;
  await rememberConsent(storage, notice);
  return true;
}
