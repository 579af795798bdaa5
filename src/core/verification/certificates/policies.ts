import { type DerValue, listOf, readOid, TAG } from "./der.ts";

/**
 * Certificate policies. The initial set is any-policy and none is required (RFC 5280, 6.1.1 (c), (e)). Since
 * policyConstraints, which could require one, is not processed, no outcome depends on the policy tree (6.1.3 (d) to (f)).
 */
const ANY_POLICY = "2.5.29.32.0";
/** CPS pointer and user notice. */
const KNOWN_QUALIFIERS: ReadonlySet<string> = new Set(["1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"]);

/** RFC 5280, 4.2.1.4: where the extension is critical, its qualifiers have to be understood. @throws DerError */
export function hasUnknownQualifier(value: DerValue): boolean {
  return listOf(value, TAG.sequence, 1).some((information) => {
    const [policy, qualifiers] = listOf(information, TAG.sequence);
    readOid(policy);
    if (qualifiers === undefined) return false;
    return listOf(qualifiers, TAG.sequence).some(
      (qualifier) => !KNOWN_QUALIFIERS.has(readOid(listOf(qualifier, TAG.sequence)[0])),
    );
  });
}

/** RFC 5280, 6.1.4 (a): anyPolicy must not be mapped, nor mapped to. @throws DerError */
export function mapsAnyPolicy(value: DerValue): boolean {
  return listOf(value, TAG.sequence, 1).some((mapping) =>
    listOf(mapping, TAG.sequence).some((policy) => readOid(policy) === ANY_POLICY),
  );
}
