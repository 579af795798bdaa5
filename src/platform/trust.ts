import { readFile, stat } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { EventEmitter, l10n } from "vscode";
import { ProvenanceError } from "../core/errors.ts";
import type { PemSource, Trust } from "../core/trust.ts";
import { DisposableStore } from "./disposables.ts";
import { errorText, type Log } from "./log.ts";
import { changeSetting, onSettingChanged, setting } from "./settings.ts";
import type { SigstoreRoots } from "./sigstore-roots.ts";

/** Bytes; a PEM file of keys or certificates is a few thousand. */
const PEM_LIMIT = 1_000_000;

export type TrustKind = "key" | "certificate";

/**
 * Whom this person trusts, until policies say more: public keys, root certificates and identities of the person's own settings,
 * and those accepted for this window only. Nothing of a workspace is ever added.
 */
export class TrustStore {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<void>());
  readonly #log: Log;
  readonly #sigstore: SigstoreRoots;
  readonly #keys: PemSource[] = [];
  readonly #roots: PemSource[] = [];
  readonly onDidChange = this.#changed.event;

  constructor(log: Log, sigstore: SigstoreRoots) {
    this.#log = log;
    this.#sigstore = sigstore;
    const changed = (): void => this.#changed.fire();
    this.#store.add(onSettingChanged(["trustedKeys", "trustedCertificates", "trustedIdentities"], changed));
    this.#store.add(sigstore.onDidChange(changed));
  }

  /** Files that cannot be read are named in the log, and trust nobody. */
  async load(): Promise<Trust> {
    const { readPublicKey } = await import("../core/verification/elliptic-keys.ts");
    const [keys, roots] = await Promise.all([
      this.#readAll(setting("trustedKeys"), readPublicKey),
      this.#readAll(setting("trustedCertificates"), requireCertificate),
    ]);
    const anchors = [...roots, ...this.#roots];
    return {
      keys: [...keys, ...this.#keys],
      // Also where there is none: that is then what is missing, and no other method.
      certificates: { roots: anchors },
      sigstore: async () => ({ ...(await this.#sigstore.toVerify()), identities: setting("trustedIdentities") }),
    };
  }

  /** Remembers the file in the person's settings. */
  async remember(kind: TrustKind, file: string): Promise<void> {
    const name = kind === "key" ? "trustedKeys" : "trustedCertificates";
    const files = setting(name);
    if (!files.includes(file)) await changeSetting(name, [...files, file]);
  }

  acceptForWindow(kind: TrustKind, source: PemSource): void {
    (kind === "key" ? this.#keys : this.#roots).push(source);
    this.#changed.fire();
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** One bad file must not keep the others from being trusted. */
  async #readAll(files: readonly string[], check: (source: PemSource) => unknown): Promise<PemSource[]> {
    const read = files.map(async (file) => {
      try {
        const source = await readPem(file);
        check(source);
        return [source];
      } catch (error) {
        this.#log.warn(`A file of the settings is not trusted: ${errorText(error)}`);
        return [];
      }
    });
    return (await Promise.all(read)).flat();
  }
}

function requireCertificate({ label, pem }: PemSource): void {
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return;
  throw new ProvenanceError("CERTIFICATE_UNREADABLE", l10n.t("{0} holds no certificate in PEM.", label));
}

/** @throws `KEY_UNREADABLE` with the path, also for a path that is not absolute, and for a file too large to be a key */
export async function readPem(file: string): Promise<PemSource> {
  if (!isAbsolute(file)) {
    throw new ProvenanceError("KEY_UNREADABLE", l10n.t("{0} is not an absolute path.", file), { details: { file } });
  }
  try {
    const { size } = await stat(file);
    if (size > PEM_LIMIT) throw new Error(`${size} bytes`);
    return { label: basename(file), pem: await readFile(file, "utf8") };
  } catch (error) {
    throw new ProvenanceError("KEY_UNREADABLE", l10n.t("{0} cannot be read as a PEM file.", file), {
      details: { file },
      cause: error,
    });
  }
}
