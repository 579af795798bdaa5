import { readFile, stat } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { EventEmitter, l10n } from "vscode";
import { ProvenanceError } from "../core/errors.ts";
import type { PemSource, Trust } from "../core/trust.ts";
import { DisposableStore } from "./disposables.ts";
import type { Log } from "./log.ts";
import { changeSetting, onSettingChanged, setting } from "./settings.ts";
import type { SigstoreRoots } from "./sigstore-roots.ts";

/** Bytes; a PEM file of keys or certificates is a few thousand. */
const PEM_LIMIT = 1_000_000;

export type TrustKind = "key" | "certificate";

/**
 * The signers that the user trusts where no policy applies: public keys, root certificates and identities of the
 * user's settings, and those accepted for this window only. A workspace adds none.
 */
export class TrustStore {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<void>());
  readonly #log: Log;
  readonly #sigstore: SigstoreRoots;
  readonly #keys: PemSource[] = [];
  readonly #roots: PemSource[] = [];
  /** Warnings that the log has already: the settings are read for every check. */
  readonly #warned = new Set<string>();
  readonly onDidChange = this.#changed.event;

  constructor(log: Log, sigstore: SigstoreRoots) {
    this.#log = log;
    this.#sigstore = sigstore;
    const changed = (): void => this.#changed.fire();
    this.#store.add(onSettingChanged(["trustedKeys", "trustedCertificates", "trustedIdentities"], changed));
    this.#store.add(sigstore.onDidChange(changed));
  }

  /** Logs and ignores entries that cannot be read. */
  async load(): Promise<Trust> {
    const { readTrustSettings } = await import("./trust-settings.ts");
    const { keys, roots, identities, problems } = await readTrustSettings();
    for (const { message } of problems) this.#warnOnce(message);
    const { ignoredTrustPaths } = await import("./ignored-paths.ts");
    for (const { path, setting: name = "Your policy" } of ignoredTrustPaths()) {
      this.#warnOnce(`${name} is ignored, as the disk of this window belongs to a container's image: ${path}`);
    }
    return {
      keys: [...keys, ...this.#keys],
      // Also without roots: then the reason is that the root is missing.
      certificates: { roots: [...roots, ...this.#roots] },
      sigstore: async () => ({ ...(await this.#sigstore.toVerify()), identities, ofPerson: true }),
    };
  }

  /** Adds the key or certificate itself to the user's settings. */
  async remember(kind: TrustKind, { label, pem }: PemSource): Promise<void> {
    const name = kind === "key" ? "trustedKeys" : "trustedCertificates";
    const { readTrustSettings } = await import("./trust-settings.ts");
    const { keys, roots } = await readTrustSettings();
    if ((kind === "key" ? keys : roots).some((known) => known.pem === pem)) return;
    await changeSetting(name, [...setting(name), { label, pem }]);
  }

  acceptForWindow(kind: TrustKind, source: PemSource): void {
    (kind === "key" ? this.#keys : this.#roots).push(source);
    this.#changed.fire();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #warnOnce(message: string): void {
    if (!this.#warned.has(message)) this.#log.warn(message);
    this.#warned.add(message);
  }
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
    const message = l10n.t("{0} cannot be read as a PEM file.", file);
    throw new ProvenanceError("KEY_UNREADABLE", message, { details: { file }, cause: error });
  }
}
