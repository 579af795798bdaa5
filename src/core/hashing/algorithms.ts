import crypto from "node:crypto";
import type { HashAlgorithm } from "./digest-engine.ts";

/** Digests one message after the other; never two at the same time. */
export interface MessageDigest {
  /** Begins a message; what was begun before is dropped. */
  begin(): void;
  update(bytes: Uint8Array): void;
  /** Lower-case hex; ends the message. */
  end(): string;
  /** A whole message at once. */
  whole(bytes: Uint8Array): string;
}

/** Digest of the three bytes `abc`, as the standards publish it: what an implementation must answer before it is used. */
const ABC: Readonly<Record<HashAlgorithm, string>> = {
  sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  blake2b:
    "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
  blake3: "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
};

/** The platform's own implementation where it has one, WebAssembly where not. */
export async function createDigest(algorithm: HashAlgorithm): Promise<MessageDigest> {
  for (const candidate of candidates(algorithm)) {
    const digest = await candidate();
    if (digest !== undefined && answers(digest, ABC[algorithm])) return digest;
  }
  throw new Error(`no working implementation of ${algorithm} here`);
}

type Candidate = () => MessageDigest | undefined | Promise<MessageDigest | undefined>;

function candidates(algorithm: HashAlgorithm): Candidate[] {
  switch (algorithm) {
    case "sha256":
      return [() => platformDigest("sha256")];
    // Desktop VS Code runs on BoringSSL, which has no BLAKE2b-512.
    case "blake2b":
      return [
        () => platformDigest("blake2b512"),
        async () => wasm(await (await import("hash-wasm")).createBLAKE2b(512)),
      ];
    case "blake3":
      return [async () => wasm(await (await import("hash-wasm")).createBLAKE3(256))];
  }
}

function answers(digest: MessageDigest, expected: string): boolean {
  const bytes = new TextEncoder().encode("abc");
  digest.begin();
  digest.update(bytes.subarray(0, 1));
  digest.update(bytes.subarray(1));
  return digest.end() === expected && digest.whole(bytes) === expected;
}

function platformDigest(name: string): MessageDigest | undefined {
  let current: crypto.Hash;
  try {
    current = crypto.createHash(name);
  } catch {
    return undefined;
  }
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

interface WasmHasher {
  init(): unknown;
  update(bytes: Uint8Array): unknown;
  digest(type: "hex"): string;
}

function wasm(hasher: WasmHasher): MessageDigest {
  return {
    begin: () => {
      hasher.init();
    },
    update: (bytes) => {
      hasher.update(bytes);
    },
    end: () => hasher.digest("hex"),
    whole: (bytes) => {
      hasher.init();
      hasher.update(bytes);
      return hasher.digest("hex");
    },
  };
}
