import { ProvenanceError } from "../../errors.ts";
import { failedSelfCheck } from "./crypto-self-check.ts";
import { verifyNamingDigest } from "./verify-naming-digest.ts";

/** Sigstore's libraries, ready for use on this platform. */
export type SigstoreLibraries = Pick<typeof import("./library-modules.ts"), "bundle" | "core" | "verify">;

let loading: Promise<SigstoreLibraries> | undefined;

/**
 * Loads the libraries once, when the first keyless signature needs them.
 *
 * @throws ProvenanceError SIGSTORE_PLATFORM where the cryptography here gives wrong answers
 */
export function loadSigstore(): Promise<SigstoreLibraries> {
  loading ??= load();
  return loading;
}

async function load(): Promise<SigstoreLibraries> {
  const { bundle, core, libraryCrypto, verify } = await import("./library-modules.ts");
  // Changes the library's own object, not the platform's module.
  Object.assign(libraryCrypto, { verify: verifyNamingDigest });
  const failed = failedSelfCheck(core.crypto);
  if (failed !== undefined) {
    throw new ProvenanceError(
      "SIGSTORE_PLATFORM",
      `Keyless signatures can't be verified here: this platform's cryptography fails a self-check (${failed}).`,
      { details: { failed } },
    );
  }
  return { core, bundle, verify };
}
