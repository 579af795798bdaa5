import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeChain } from "../../test/support/certificates.ts";
import { type KeyKind, makeKeys, privatePem } from "../../test/support/keys.ts";

/** Of `p384-encrypted.pem`: a key to try the question for a passphrase with. */
export const SAMPLE_PASSPHRASE = "sample";

const README = `Keys for trying Model Provenance, made on this machine. Nobody has reason to trust them: use them for samples only.

p256.pem p384.pem p521.pem              private keys; the public ones end in .pub.pem
p384-encrypted.pem                      the same as p384.pem; its passphrase is "${SAMPLE_PASSPHRASE}"
certificate.pem certificate-key.pem     a signing certificate for alice@example.com, and its key
intermediate.pem root.pem               the authorities above it
`;

function secret(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}

/** Makes keys and a certificate chain in the folder; those that are there stay, so that what they signed still verifies. */
export function makeSampleKeys(folder: string): void {
  if (existsSync(join(folder, "README.txt"))) return;
  mkdirSync(folder, { recursive: true });
  const kinds: readonly (readonly [string, KeyKind])[] = [
    ["p256", "P-256"],
    ["p384", "P-384"],
    ["p521", "P-521"],
  ];
  for (const [name, kind] of kinds) {
    const keys = makeKeys(kind);
    secret(join(folder, `${name}.pem`), keys.privatePem);
    writeFileSync(join(folder, `${name}.pub.pem`), keys.publicPem);
    if (kind === "P-384") {
      secret(join(folder, `${name}-encrypted.pem`), privatePem(keys, "pkcs8", SAMPLE_PASSPHRASE));
    }
  }
  const { root, intermediate, leaf } = makeChain();
  secret(join(folder, "certificate-key.pem"), leaf.keys.privatePem);
  writeFileSync(join(folder, "certificate.pem"), leaf.pem);
  writeFileSync(join(folder, "intermediate.pem"), intermediate.pem);
  writeFileSync(join(folder, "root.pem"), root.pem);
  // Last: it says that the rest is complete.
  writeFileSync(join(folder, "README.txt"), README);
}
