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

/** The trust of the user's settings, and their errors. */
export interface TrustSettings {
  readonly keys: readonly PemSource[];
  readonly roots: readonly PemSource[];
  readonly identities: readonly ExpectedIdentity[];
  readonly problems: readonly SettingProblem[];
}

/** An entry that is ignored. */
export interface SettingProblem {
  /** Name of the setting. */
  readonly setting: string;
  /** Sentences. */
  readonly message: string;
}

/** Reads the settings. A bad entry does not invalidate the others. */
export async function readTrustSettings(): Promise<TrustSettings> {
  // Loads a large library, and most people have no root.
  const parseRoots = setting("trustedCertificates").length > 0 ? await loadRootParser() : undefined;
  const problems: SettingProblem[] = [];
  const read = <T>(name: "trustedKeys" | "trustedCertificates" | "trustedIdentities", parse: (entry: unknown) => T) =>
    setting(name).flatMap((entry, index) => {
      try {
        return [parse(entry)];
      } catch (error) {
        if (!(error instanceof ProvenanceError) && !v.isValiError(error)) throw error;
        const at = `${SETTINGS[name]}[${index}]`;
        problems.push({ setting: SETTINGS[name], message: l10n.t("{0} is ignored: {1}", at, error.message) });
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
  rejectPath(entry, "PUBLIC KEY");
  const source = v.parse(Pem, entry);
  readPublicKey(source);
  return source;
}

async function loadRootParser(): Promise<(entry: unknown) => PemSource> {
  const { readCertificates } = await import("../core/verification/certificates.ts");
  return (entry) => {
    rejectPath(entry, "CERTIFICATE");
    const source = v.parse(Pem, entry);
    if (/PRIVATE KEY-----/.test(source.pem)) {
      const message = l10n.t("{0} contains a private key, which does not belong in settings. Remove it.", source.label);
      throw new ProvenanceError("CERTIFICATE_UNREADABLE", message);
    }
    readCertificates([source]);
    return source;
  };
}

/** A path is not accepted: on a remote machine, others than the user may be able to change the file. */
function rejectPath(entry: unknown, kind: "PUBLIC KEY" | "CERTIFICATE"): void {
  if (typeof entry !== "string") return;
  const form = `{ "label": "…", "pem": "-----BEGIN ${kind}-----…" }`;
  throw new ProvenanceError(
    kind === "CERTIFICATE" ? "CERTIFICATE_UNREADABLE" : "KEY_UNREADABLE",
    l10n.t('The entry is a path, but must contain the PEM text itself: {0}. The command "Trust Key…" adds it.', form),
  );
}
