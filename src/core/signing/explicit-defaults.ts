import type { Bundle as SerializedBundle } from "sigstore";

/**
 * Returns a bundle whose log entries have explicit numbers and lists where they are zero or empty. Protobuf's JSON omits
 * those, and the reference then rejects the bundle: the first entry of a log has index 0 and no hashes.
 */
export function withExplicitDefaults(bundle: SerializedBundle): SerializedBundle {
  const { verificationMaterial } = bundle;
  const tlogEntries = verificationMaterial.tlogEntries.map((entry) => {
    const { inclusionProof: proof } = entry;
    const inclusionProof = proof && { ...proof, logIndex: proof.logIndex ?? "0", hashes: proof.hashes ?? [] };
    return { ...entry, logIndex: entry.logIndex ?? "0", ...(inclusionProof && { inclusionProof }) };
  });
  return { ...bundle, verificationMaterial: { ...verificationMaterial, tlogEntries } } as SerializedBundle;
}
