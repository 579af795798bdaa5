import { ProvenanceError } from "../../errors.ts";
import type { Token } from "./token.ts";
import type { Pkcs11Uri } from "./uri.ts";

/**
 * Selects the one token that a URI names: by slot, or by what the token says of itself.
 *
 * @throws ProvenanceError PKCS11_TOKEN
 */
export function selectToken(tokens: readonly Token[], uri: Pkcs11Uri): Token {
  const found = tokens.filter(
    (token) =>
      (uri.slotId === undefined || token.slot === uri.slotId) &&
      (uri.token === undefined || token.label === uri.token) &&
      (uri.manufacturer === undefined || token.manufacturer === uri.manufacturer) &&
      (uri.serial === undefined || token.serial === uri.serial) &&
      (uri.model === undefined || token.model === uri.model),
  );
  const [token, ...more] = found;
  if (tokens.length === 0) throw noToken();
  if (token === undefined) {
    const there = tokens.map(named).join(", ");
    const message = `The token of the PKCS #11 URI is not available. Available tokens: ${there}.`;
    throw new ProvenanceError("PKCS11_TOKEN", message);
  }
  if (more.length > 0) {
    const message = `The PKCS #11 URI could mean ${found.length} tokens: ${found.map(named).join(", ")}. Add token, serial or slot-id.`;
    throw new ProvenanceError("PKCS11_TOKEN", message);
  }
  return token;
}

export function noToken(): ProvenanceError {
  return new ProvenanceError("PKCS11_TOKEN", "The PKCS #11 module has no token. Insert it, or choose another module.");
}

function named({ label, serial, slot }: Token): string {
  return `"${label}" (serial ${serial}, slot-id ${slot})`;
}
