import type { Certificate } from "../certificates.ts";
import { isSameName } from "./distinguished-names.ts";

/** Limits the search: certificates that sign each other make very many paths. */
const MAX_STEPS = 64;

/**
 * Yields paths from the leaf to a root, leaf first, by signatures, key identifiers and names (RFC 5280, 6.1.3 (a) (1)).
 * The caller validates them. A certificate occurs at most once in a path.
 */
export function* buildPaths(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  roots: readonly Certificate[],
): Generator<readonly Certificate[]> {
  const candidates = [...roots, ...intermediates];
  let steps = 0;
  function* extend(path: readonly Certificate[], last: Certificate): Generator<readonly Certificate[]> {
    for (const issuer of candidates.filter((candidate) => isIssuer(last, candidate))) {
      if (path.includes(issuer) || ++steps > MAX_STEPS) continue;
      if (roots.includes(issuer)) yield [...path, issuer];
      else yield* extend([...path, issuer], issuer);
    }
  }
  yield* extend([leaf], leaf);
}

/** Candidates match by key identifier, or by name if one has none (RFC 4158, 3.5); the signature decides. */
function isIssuer(certificate: Certificate, candidate: Certificate): boolean {
  const { authorityKeyId, issuer } = certificate.fields;
  const { subjectKeyId, subject } = candidate.fields;
  const isCandidate =
    authorityKeyId === undefined || subjectKeyId === undefined
      ? isSameName(issuer, subject)
      : authorityKeyId === subjectKeyId;
  if (!isCandidate) return false;
  return isSignedBy(certificate, candidate);
}

/** Who signed a certificate, and who did not: an intermediate is verified once a process. */
const verified = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

function isSignedBy(certificate: Certificate, candidate: Certificate): boolean {
  const candidates = verified.get(certificate) ?? new WeakMap<Certificate, boolean>();
  verified.set(certificate, candidates);
  const found = candidates.get(candidate) ?? signatureVerifies(certificate, candidate);
  candidates.set(candidate, found);
  return found;
}

function signatureVerifies({ x509 }: Certificate, candidate: Certificate): boolean {
  try {
    return x509.verify(candidate.x509.publicKey);
  } catch {
    return false; // its key cannot be read, or cannot sign
  }
}
