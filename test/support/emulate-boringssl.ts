// Preload (`--import`): `node:crypto` as desktop VS Code has it, which is built on BoringSSL. There, `verify` and `sign`
// without the name of a digest throw for RSA and EC keys, and `blake2b512` is unknown.
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

const MISSING = "blake2b512";

const { createHash, getHashes, hash, sign, verify } = crypto;

function refuseMissing(name: unknown): void {
  if (typeof name === "string" && name.toLowerCase() === MISSING) throw new Error("Digest method not supported");
}

function refuseNoDigest(name: unknown, key: unknown): void {
  if (name !== null && name !== undefined) return;
  const type = key instanceof crypto.KeyObject ? key.asymmetricKeyType : undefined;
  if (type === "ed25519" || type === "ed448") return;
  throw Object.assign(new Error("error:06000077:public key routines:OPENSSL_internal:NO_DEFAULT_DIGEST"), {
    code: "ERR_OSSL_EVP_NO_DEFAULT_DIGEST",
  });
}

Object.assign(crypto, {
  createHash: (...args: Parameters<typeof createHash>) => {
    refuseMissing(args[0]);
    return createHash(...args);
  },
  hash: (...args: Parameters<typeof hash>) => {
    refuseMissing(args[0]);
    return hash(...args);
  },
  getHashes: () => getHashes().filter((name) => name.toLowerCase() !== MISSING),
  verify: (...args: Parameters<typeof verify>) => {
    refuseNoDigest(args[0], args[2]);
    return verify(...args);
  },
  sign: (...args: Parameters<typeof sign>) => {
    refuseNoDigest(args[0], args[1]);
    return sign(...args);
  },
});
syncBuiltinESMExports();
