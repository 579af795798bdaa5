import { generateKeyPair } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { ProvenanceError, systemCode } from "../errors.ts";

const generate = promisify(generateKeyPair);

export interface KeyPairFiles {
  /** Absolute path of the private key: PKCS#8 in PEM, readable by its owner only. */
  readonly privateKey: string;
  /** Absolute path of the public key: SubjectPublicKeyInfo in PEM. */
  readonly publicKey: string;
}

/**
 * Creates a P-256 key pair (OMS 8.1) and writes it to two files, never over an existing one.
 *
 * @param passphrase encrypts the private key (PBES2, AES-256-CBC); absent: it is not encrypted
 * @throws ProvenanceError USAGE where a file exists or cannot be written
 */
export async function createKeyPair(files: KeyPairFiles, passphrase?: string): Promise<void> {
  const { privateKey, publicKey } = await generate("ec", { namedCurve: "P-256" });
  const encryption = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  const secret = privateKey.export({ type: "pkcs8", format: "pem", ...encryption });
  await write(files.privateKey, secret, 0o600);
  try {
    await write(files.publicKey, publicKey.export({ type: "spki", format: "pem" }), 0o644);
  } catch (error) {
    await rm(files.privateKey, { force: true });
    throw error;
  }
}

async function write(path: string, text: string | Buffer, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx", mode });
  } catch (cause) {
    const code = systemCode(cause);
    const message =
      code === "EEXIST"
        ? `${path} already exists. A key is never overwritten: choose another name.`
        : `${path} cannot be written (${code ?? "unknown error"}). Choose another folder.`;
    throw new ProvenanceError("USAGE", message, { details: { path }, cause });
  }
}
