import crypto from "node:crypto";
import type { HashAlgorithm } from "./digest-request.ts";

/** Computes digests of messages, one after the other. */
export interface MessageDigest {
  /** Begins a message; drops an unfinished one. */
  begin(): void;
  update(bytes: Uint8Array): void;
  /** Lower-case hex; ends the message. */
  end(): string;
  /** A whole message at once. */
  whole(bytes: Uint8Array): string;
}

export interface Implementation {
  readonly name: string;
  /** Undefined or an error: not on this machine. */
  readonly create: () => MessageDigest | undefined | Promise<MessageDigest | undefined>;
}

/** By algorithm, the fastest first. */
export const IMPLEMENTATIONS: Readonly<Record<HashAlgorithm, readonly Implementation[]>> = {
  sha256: [{ name: "node:crypto", create: () => platformDigest("sha256") }],
  blake2b: [
    { name: "node:crypto", create: () => platformDigest("blake2b512") },
    // Desktop VS Code runs on BoringSSL, which has no BLAKE2b-512.
    { name: "hash-wasm", create: async () => portable(await (await import("hash-wasm")).createBLAKE2b(512)) },
  ],
  blake3: [
    { name: "native", create: nativeBlake3 },
    { name: "hash-wasm", create: async () => portable(await (await import("hash-wasm")).createBLAKE3(256)) },
  ],
};

/** Bytes 0, 1, … 250, 0, 1, …: the input of BLAKE3's published test vectors. */
const SAMPLE_BYTES = 102_400;
const SAMPLE: Readonly<Record<HashAlgorithm, string>> = {
  sha256: "74588b7f0bcc354ac14d9cf199fa3a20c05f0c7293b9075b2f2e146e718de800",
  blake2b:
    "cbd9d7d77a4d66c0a2ddea931b1e7d91271005545f56f444decea823f7adc9bb0791bead840bdd341f04bc1baf1847248aa536baeafa40bda3a06229ae62ffd5",
  blake3: "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085",
};

/** The implementation that this thread uses. */
const chosen = new Map<HashAlgorithm, Implementation>();

/** Creates a digest by the first implementation that works on this machine. */
export async function createDigest(algorithm: HashAlgorithm): Promise<MessageDigest> {
  const known = await chosen.get(algorithm)?.create();
  if (known !== undefined) return known;
  const { implementation, digest } = await chooseImplementation(algorithm, IMPLEMENTATIONS[algorithm]);
  chosen.set(algorithm, implementation);
  return digest;
}

/** Returns the first implementation that hashes the sample correctly on this machine, with a digest by it. */
export async function chooseImplementation(
  algorithm: HashAlgorithm,
  implementations: readonly Implementation[],
): Promise<{ readonly implementation: Implementation; readonly digest: MessageDigest }> {
  for (const implementation of implementations) {
    try {
      const digest = await implementation.create();
      if (digest !== undefined && isCorrect(digest, SAMPLE[algorithm])) return { implementation, digest };
    } catch {
      // Not on this machine.
    }
  }
  throw new Error(`no working implementation of ${algorithm} on this machine`);
}

function isCorrect(digest: MessageDigest, expected: string): boolean {
  const bytes = Buffer.alloc(
    SAMPLE_BYTES,
    Uint8Array.from({ length: 251 }, (_, at) => at),
  );
  digest.begin();
  digest.update(bytes.subarray(0, 1));
  digest.update(bytes.subarray(1));
  return digest.end() === expected && digest.whole(bytes) === expected;
}

function platformDigest(name: string): MessageDigest {
  let current = crypto.createHash(name);
  return {
    begin: () => {
      current = crypto.createHash(name);
    },
    update: (bytes) => {
      current.update(bytes);
    },
    end: () => current.digest("hex"),
    whole: (bytes) => crypto.hash(name, bytes, "hex"),
  };
}

interface PortableHasher {
  init(): unknown;
  update(bytes: Uint8Array): unknown;
  digest(type: "hex"): string;
}

function portable(hasher: PortableHasher): MessageDigest {
  return {
    begin: () => void hasher.init(),
    update: (bytes) => void hasher.update(bytes),
    end: () => hasher.digest("hex"),
    whole: (bytes) => {
      hasher.init();
      hasher.update(bytes);
      return hasher.digest("hex");
    },
  };
}

interface NativeHasher extends Omit<PortableHasher, "init"> {
  reset(): void;
}

/** An optional dependency with a prebuilt library; not bundled. */
const NATIVE = "@napi-rs/blake-hash";

async function nativeBlake3(): Promise<MessageDigest | undefined> {
  const native: unknown = await import(NATIVE);
  if (!hasBlake3(native)) return undefined;
  const hasher = new native.Blake3Hasher();
  return portable({
    init: () => hasher.reset(),
    update: (bytes) => hasher.update(bytes),
    digest: (type) => hasher.digest(type),
  });
}

function hasBlake3(native: unknown): native is { readonly Blake3Hasher: new () => NativeHasher } {
  return typeof native === "object" && native !== null && "Blake3Hasher" in native;
}
