/** OIDs of extensions (RFC 5280, 4.2.1). */
export const EXTENSION = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAlternativeName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  certificatePolicies: "2.5.29.32",
  policyMappings: "2.5.29.33",
  authorityKeyIdentifier: "2.5.29.35",
  policyConstraints: "2.5.29.36",
  extendedKeyUsage: "2.5.29.37",
  inhibitAnyPolicy: "2.5.29.54",
} as const;

/**
 * Extensions that are processed, and so may be critical (RFC 5280, 6.1.4 (o), 6.1.5 (f)). policyConstraints is not; the
 * other three about policies have no effect without it (see certificate-fields.ts).
 */
const PROCESSED: ReadonlySet<string> = new Set([
  EXTENSION.keyUsage,
  EXTENSION.subjectAlternativeName,
  EXTENSION.basicConstraints,
  EXTENSION.nameConstraints,
  EXTENSION.certificatePolicies,
  EXTENSION.policyMappings,
  EXTENSION.extendedKeyUsage,
  EXTENSION.inhibitAnyPolicy,
]);

/** The first critical extension that is not processed, by name where it has one here; undefined where there is none. */
export function unprocessedExtension(extensions: ReadonlyMap<string, { critical: boolean }>): string | undefined {
  for (const [oid, { critical }] of extensions) {
    if (!critical || PROCESSED.has(oid)) continue;
    const [name] = Object.entries(EXTENSION).find(([, known]) => known === oid) ?? [];
    return name === undefined ? oid : `${name}, ${oid}`;
  }
  return undefined;
}
