import * as v from "valibot";
import { l10n } from "vscode";
import { ProvenanceError } from "../core/errors.ts";
import type { ExpectedIdentity, PemSource } from "../core/trust.ts";
import { readPublicKey } from "../core/verification/elliptic-keys.ts";
import { SETTINGS } from "./ids.ts";
import { setting } from "./settings.ts";

const Text = v.pipe(v.string(), v.minLength(1));
const Pem = v.strictObject({ label: Text, pem: Text });
const Identity = v.strictObject({ identity: Text, issuer: Text });

/** What the person's own settings accept, and what is wrong with them. */
export interface TrustSettings {
  readonly keys: readonly PemSource[];
  readonly roots: readonly PemSource[];
  readonly identities: readonly ExpectedIdentity[];
  readonly problems: readonly SettingProblem[];
}

/** An entry that accepts nobody. */
export interface SettingProblem {
  /** Name of the setting. */
  readonly setting: string;
  /** Sentences. */
  readonly message: string;
}

/** Reads the settings: one bad entry must not keep the others from being trusted. */
export async function readTrustSettings(): Promise<TrustSettings> {
  // A large library comes with it, and most people have no root.
  const parseRoots = setting("trustedCertificates").length > 0 ? await loadRootParser() : undefined;
  const problems: SettingProblem[] = [];
  const read = <T>(name: "trustedKeys" | "trustedCertificates" | "trustedIdentities", parse: (entry: unknown) => T) =>
    setting(name).flatMap((entry, index) => {
      try {
        return [parse(entry)];
      } catch (error) {
        if (!(error instanceof ProvenanceError) && !v.isValiError(error)) throw error;
        const at = `${SETTINGS[name]}[${index}]`;
        problems.push({ setting: SETTINGS[name], message: l10n.t("{0} is not used: {1}", at, error.message) });
        return [];
      }
    });
  return {
    keys: read("trustedKeys", parseKey),
    roots: parseRoots === undefined ? [] : read("trustedCertificates", parseRoots),
    identities: read("trustedIdentities", (entry) => v.parse(Identity, entry)),
    problems,
  };
}

function parseKey(entry: unknown): PemSource {
  refusePath(entry, "PUBLIC KEY");
  const source = v.parse(Pem, entry);
  readPublicKey(source);
  return source;
}

async function loadRootParser(): Promise<(entry: unknown) => PemSource> {
  const { readCertificates } = await import("../core/verification/certificates.ts");
  return (entry) => {
    refusePath(entry, "CERTIFICATE");
    const source = v.parse(Pem, entry);
    if (/PRIVATE KEY-----/.test(source.pem)) {
      const message = l10n.t("{0} holds a private key, which does not belong in a setting. Remove it.", source.label);
      throw new ProvenanceError("CERTIFICATE_UNREADABLE", message);
    }
    readCertificates([source]);
    return source;
  };
}

/** Whoever can write the file at a path decides whom it accepts: on a remote machine, that need not be the person. */
function refusePath(entry: unknown, kind: "PUBLIC KEY" | "CERTIFICATE"): void {
  if (typeof entry !== "string") return;
  const form = `{ "label": "…", "pem": "-----BEGIN ${kind}-----…" }`;
  throw new ProvenanceError(
    kind === "CERTIFICATE" ? "CERTIFICATE_UNREADABLE" : "KEY_UNREADABLE",
    l10n.t('It is a path. An entry holds the text itself: {0}. The command "Trust Key…" writes it.', form),
  );
}
