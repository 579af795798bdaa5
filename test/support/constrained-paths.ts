import assert from "node:assert/strict";
import type { CertificateCase } from "./certificate-cases.ts";
import { type Certificate, CODE_SIGNING, makeCertificate } from "./certificates.ts";
import { makeKeys } from "./keys.ts";
import { alternativeNames, nameConstraints, type TestConstraints, type TestName } from "./names.ts";

const [rootKeys, caKeys, leafKeys] = [makeKeys(), makeKeys(), makeKeys()];

/** A path to be made. */
export interface ConstrainedPath {
  /** Of each certificate authority, the trust anchor first; `undefined` constrains nothing. */
  readonly constraints: readonly (TestConstraints | undefined)[];
  readonly names?: readonly TestName[];
  readonly subject?: string | Uint8Array;
  /** Names of the last authority. */
  readonly authorityNames?: readonly TestName[];
  /** The last authority has the name of the one above it. */
  readonly selfIssued?: boolean;
}

/** A leaf under these authorities. */
export function constrainedPath({
  constraints,
  names = [],
  subject = "Alice",
  authorityNames = [],
  selfIssued = false,
}: ConstrainedPath): CertificateCase {
  const authorities: Certificate[] = [];
  for (const [index, constraint] of constraints.entries()) {
    const issuer = authorities.at(-1);
    const isLast = index === constraints.length - 1;
    const extensions = [
      ...(constraint === undefined ? [] : [nameConstraints(constraint)]),
      ...(isLast && authorityNames.length > 0 ? [alternativeNames(authorityNames)] : []),
    ];
    authorities.push(
      makeCertificate({
        subject: isLast && selfIssued ? (issuer?.name ?? "") : `CA ${index}`,
        ...(issuer !== undefined && { issuer }),
        keys: index === 0 ? rootKeys : caKeys,
        ca: true,
        extensions,
      }),
    );
  }
  const [root, ...intermediates] = authorities;
  const issuer = authorities.at(-1);
  assert.ok(root !== undefined && issuer !== undefined);
  const extensions = names.length === 0 ? [] : [alternativeNames(names)];
  const leaf = makeCertificate({ subject, issuer, keys: leafKeys, extendedKeyUsage: [CODE_SIGNING], extensions });
  return { leaf, chain: intermediates, roots: [root] };
}
