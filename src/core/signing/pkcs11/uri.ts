import { isAbsolute } from "node:path";
import { ProvenanceError } from "../../errors.ts";

/** What a PKCS #11 URI (RFC 7512) says of a key and of how to reach it. Text attributes are UTF-8. */
export interface Pkcs11Uri {
  readonly slotId?: number;
  readonly token?: string;
  readonly manufacturer?: string;
  readonly serial?: string;
  readonly model?: string;
  /** Label of the key. */
  readonly object?: string;
  /** Lower-case hex. */
  readonly id?: string;
  /** Absolute path of a file, or of a folder to find `moduleName` in. */
  readonly modulePath?: string;
  readonly moduleName?: string;
  readonly pinValue?: string;
  /** Absolute path, or a `file:` URI. */
  readonly pinSource?: string;
}

const SCHEME = "pkcs11:";
/** The largest slot identifier that is accepted. */
const MAX_SLOT = 0xffff_ffff;

/**
 * Parses a PKCS #11 URI as the reference implementation (model_signing 1.1.1) does: attributes that it does not know
 * are ignored, and one given twice is an error. The message never repeats the URI, which may hold a PIN.
 *
 * @throws ProvenanceError PKCS11_URI
 */
export function parsePkcs11Uri(text: string): Pkcs11Uri {
  if (!text.startsWith(SCHEME)) throw malformed(`it does not start with "${SCHEME}"`);
  const rest = text.slice(SCHEME.length);
  const mark = rest.indexOf("?");
  const path = attributes(mark === -1 ? rest : rest.slice(0, mark), ";");
  const query = mark === -1 ? new Map<string, Buffer>() : attributes(rest.slice(mark + 1), "&", false);
  checkForm(path, query);
  const textOf = (map: ReadonlyMap<string, Buffer>, name: string) => map.get(name)?.toString("utf8");
  const found = {
    slotId: slotId(textOf(path, "slot-id")),
    token: textOf(path, "token"),
    manufacturer: textOf(path, "manufacturer"),
    serial: textOf(path, "serial"),
    model: textOf(path, "model"),
    object: textOf(path, "object"),
    id: path.get("id")?.toString("hex"),
    modulePath: textOf(query, "module-path"),
    moduleName: textOf(query, "module-name"),
    pinValue: textOf(query, "pin-value"),
    pinSource: textOf(query, "pin-source"),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** A URI that names a key on a token, without a PIN. */
export function formatPkcs11Uri({ slotId, token, serial, object, id, modulePath }: Pkcs11Uri): string {
  const path = [
    ...(token === undefined ? [] : [`token=${encodeURIComponent(token)}`]),
    ...(serial === undefined ? [] : [`serial=${encodeURIComponent(serial)}`]),
    ...(slotId === undefined ? [] : [`slot-id=${slotId}`]),
    ...(object === undefined ? [] : [`object=${encodeURIComponent(object)}`]),
    ...(id === undefined ? [] : [`id=${id.replace(/../g, "%$&")}`]),
  ];
  return `${SCHEME}${path.join(";")}${modulePath === undefined ? "" : `?module-path=${encodeURIComponent(modulePath)}`}`;
}

function attributes(text: string, separator: string, mayBeEmpty = true): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  if (text === "" && mayBeEmpty) return found;
  for (const part of text.split(separator)) {
    const equals = part.indexOf("=");
    if (equals === -1) throw malformed("an attribute has no value (name=value)");
    const name = part.slice(0, equals);
    if (found.has(name)) throw malformed(`the attribute "${name}" is given twice`);
    found.set(name, percentDecoded(part.slice(equals + 1)));
  }
  return found;
}

/** What is not an escape stays as it is. */
function percentDecoded(text: string): Buffer {
  const parts = text.split(/(%[0-9A-Fa-f]{2})/);
  return Buffer.concat(
    parts.map((part, index) => (index % 2 === 1 ? Buffer.from(part.slice(1), "hex") : Buffer.from(part, "utf8"))),
  );
}

function checkForm(path: ReadonlyMap<string, Buffer>, query: ReadonlyMap<string, Buffer>): void {
  const version = path.get("library-version")?.toString("latin1");
  if (version !== undefined && !/^[0-9]+(\.[0-9]+)?$/.test(version))
    throw malformed("library-version is not a version");
  const type = path.get("type")?.toString("latin1");
  if (type !== undefined && !/^(public|private|cert|secret-key|data)?$/.test(type)) {
    throw malformed("type is not public, private, cert, secret-key or data");
  }
  if (query.has("pin-value") && query.has("pin-source")) throw malformed("it has both pin-value and pin-source");
  const modulePath = query.get("module-path")?.toString("utf8");
  if (modulePath !== undefined && !isAbsolute(modulePath)) throw malformed("module-path is not absolute");
}

function slotId(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text) || Number(text) > MAX_SLOT)
    throw malformed("slot-id is not a number of at most 32 bits");
  return Number(text);
}

function malformed(why: string): ProvenanceError {
  return new ProvenanceError("PKCS11_URI", `The PKCS #11 URI is not valid: ${why} (RFC 7512).`);
}
