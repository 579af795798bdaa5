import type { OptionSpecs } from "../arguments.ts";
import { type Command, defineCommand, EXIT, PROGRAM } from "../command.ts";
import { IGNORE_OPTIONS, MANIFEST_OPTIONS } from "../options.ts";

/** The reference's flags for this method, so that a script that uses them is told what is the matter. */
const SHARED_OPTIONS = {
  signature: { type: "text", metavar: "FILE", help: "The signature file." },
  ...IGNORE_OPTIONS,
  "ignore-git-paths": MANIFEST_OPTIONS["ignore-git-paths"],
  "allow-symlinks": MANIFEST_OPTIONS["allow-symlinks"],
  "use-staging": { type: "switch", help: "Use Sigstore's staging instance." },
  "trust-config": { type: "text", metavar: "FILE", help: "A client trust configuration." },
} as const satisfies OptionSpecs;

const NOT_YET = "Sigstore (browser login or CI identity) is not in this version yet.";

function notYet(verb: string, flags: string, options: OptionSpecs): Command {
  return defineCommand({
    name: `${verb} sigstore`,
    operand: "MODEL",
    description: [NOT_YET],
    options,
    run(model, _args, { err }) {
      err.print(
        [`${PROGRAM} ${verb}: ${NOT_YET} It is the default method, so name another one:`],
        [`  ${PROGRAM} ${verb} key ${model} --${flags}`],
        [`  ${PROGRAM} ${verb} certificate ${model} …`],
      );
      return Promise.resolve(EXIT.usage);
    },
  });
}

export const signWithSigstore = notYet("sign", "private-key FILE", {
  ...SHARED_OPTIONS,
  "use-ambient-credentials": { type: "switch", help: "Use the credentials of the environment." },
  "identity-token": { type: "text", metavar: "TOKEN", help: "An OIDC identity token." },
  "oauth-force-oob": { type: "switch", help: "Do not open a browser." },
  "client-id": { type: "text", metavar: "ID", help: "OpenID Connect client." },
  "client-secret": { type: "text", metavar: "SECRET", help: "Its secret." },
});

export const verifyWithSigstore = notYet("verify", "public-key FILE", {
  ...SHARED_OPTIONS,
  identity: { type: "text", metavar: "IDENTITY", help: "The expected signer." },
  "identity-provider": { type: "text", metavar: "URL", help: "The expected identity provider." },
  "ignore-unsigned-files": { type: "switch", negatable: true, help: "Let files pass that nobody signed." },
});
