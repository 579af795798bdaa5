import { createHash } from "node:crypto";
import type { SecretStorage } from "vscode";

/** Passphrases that the user saved, in the system's secret storage, one for each content of a key file. */
export class Passphrases {
  readonly #storage: SecretStorage;

  constructor(storage: SecretStorage) {
    this.#storage = storage;
  }

  async get(privateKeyPem: string): Promise<string | undefined> {
    return this.#storage.get(slot(privateKeyPem));
  }

  async keep(privateKeyPem: string, passphrase: string): Promise<void> {
    await this.#storage.store(slot(privateKeyPem), passphrase);
  }

  async forget(privateKeyPem: string): Promise<void> {
    await this.#storage.delete(slot(privateKeyPem));
  }
}

/** Keyed by a digest of the encrypted file: a re-encrypted key asks again. */
function slot(privateKeyPem: string): string {
  return `passphrase:${createHash("sha256").update(privateKeyPem).digest("hex")}`;
}
