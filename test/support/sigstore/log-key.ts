import { createHash, sign } from "node:crypto";
import { type KeyPair, makeKeys, signingDigest } from "../keys.ts";

/** What a log signs its checkpoints and promises with. */
export interface LogKey {
  readonly keys: KeyPair;
  /** SPKI, DER. */
  readonly publicKey: Buffer;
  /** 32 bytes; the first four mark a checkpoint's signature. */
  readonly id: Buffer;
  sign(data: Buffer): Buffer;
}

/** As Rekor v1: P-256, named by the digest of its public key. */
export function makeEcdsaLogKey(): LogKey {
  const keys = makeKeys("P-256");
  const publicKey = keys.publicKey.export({ type: "spki", format: "der" });
  return logKey(keys, createHash("sha256").update(publicKey).digest());
}

/** As Rekor v2: Ed25519, named as signed notes name a key (C2SP signed-note: name, newline, 0x01, key). */
export function makeEd25519LogKey(origin: string): LogKey {
  const keys = makeKeys("Ed25519");
  const raw = keys.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return logKey(keys, createHash("sha256").update(`${origin}\n`).update(Buffer.of(1)).update(raw).digest());
}

function logKey(keys: KeyPair, id: Buffer): LogKey {
  return {
    keys,
    publicKey: keys.publicKey.export({ type: "spki", format: "der" }),
    id,
    sign: (data) => sign(signingDigest(keys.kind) ?? null, data, keys.privateKey),
  };
}

/** A checkpoint: a signed note of origin, size and root (C2SP tlog-checkpoint). */
export function signCheckpoint(key: LogKey, name: string, origin: string, size: number, root: Buffer): string {
  const note = `${origin}\n${size}\n${root.toString("base64")}\n`;
  const signature = Buffer.concat([key.id.subarray(0, 4), key.sign(Buffer.from(note))]);
  return `${note}\n\u2014 ${name} ${signature.toString("base64")}\n`;
}
