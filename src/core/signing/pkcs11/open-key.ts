import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, ProvenanceError, systemCode } from "../../errors.ts";
import { findModule } from "./find-module.ts";
import { type ModuleOptions, ModuleProcess } from "./module-process.ts";
import { pinLocked } from "./return-errors.ts";
import { selectToken } from "./select-token.ts";
import type { AskPin, Token } from "./token.ts";
import { selectKey, type TokenKey, tokenKeys } from "./token-keys.ts";
import { type Pkcs11Uri, parsePkcs11Uri } from "./uri.ts";

/** A key on a token, ready to sign. */
export interface OpenedTokenKey {
  readonly module: ModuleProcess;
  readonly token: Token;
  readonly key: TokenKey;
}

/**
 * Loads the module that a URI names, logs in to its token, and finds the key.
 *
 * @throws ProvenanceError PKCS11_*, CANCELLED
 */
export async function openTokenKey(
  text: string,
  askPin: AskPin | undefined,
  options: ModuleOptions,
): Promise<OpenedTokenKey> {
  const uri = parsePkcs11Uri(text);
  const module = await ModuleProcess.open(await findModule(uri), options);
  try {
    const token = selectToken(await module.tokens(), uri);
    await logIn(module, token, () => pinFor(uri, token, askPin));
    return { module, token, key: selectKey(tokenKeys(await module.objects()), uri, token.label) };
  } catch (error) {
    await module.close();
    throw error;
  }
}

/**
 * Logs in to a token. A wrong PIN is not tried again: each counts.
 *
 * @param pin called where the token takes a PIN from its caller
 * @throws ProvenanceError PKCS11_PIN_*, PKCS11_*
 */
export async function logIn(module: ModuleProcess, token: Token, pin: () => Promise<string>): Promise<void> {
  if (!token.loginRequired) return module.logIn(token, undefined);
  if (token.pinLocked) throw pinLocked(token.label);
  try {
    await module.logIn(token, token.protectedPath ? undefined : await pin());
  } catch (error) {
    if (!(error instanceof ProvenanceError) || error.code !== "PKCS11_PIN_WRONG") throw error;
    const now = (await module.tokens()).find(({ slot }) => slot === token.slot);
    if (now?.pinLocked === true) throw pinLocked(token.label);
    if (now?.pinFinalTry !== true) throw error;
    const message = `${error.message} One more wrong PIN locks the token.`;
    throw new ProvenanceError(error.code, message, { details: error.details, cause: error });
  }
}

async function pinFor({ pinValue, pinSource }: Pkcs11Uri, token: Token, askPin: AskPin | undefined): Promise<string> {
  if (pinValue !== undefined) return pinValue;
  if (pinSource !== undefined) return readPinSource(pinSource);
  if (askPin !== undefined) return askPin(token);
  const message = `The token "${token.label}" needs its PIN. Add pin-source, the path of a file that contains it, to the URI.`;
  throw new ProvenanceError("PKCS11_PIN_REQUIRED", message, { details: { token: token.label } });
}

/** Bytes: no token takes a longer PIN. */
const MAX_PIN = 4096;

/**
 * Reads the PIN that `pin-source` of a URI points to: an absolute path or a `file:` URI. A final line end is left out.
 *
 * @throws ProvenanceError PKCS11_URI; without the PIN
 */
export async function readPinSource(source: string): Promise<string> {
  const path = pathOf(source);
  if (path === undefined || !isAbsolute(path)) {
    const message = `pin-source of the PKCS #11 URI is neither an absolute path nor a file: URI: ${source}`;
    throw new ProvenanceError("PKCS11_URI", message, { details: { source } });
  }
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_PIN) throw new Error("it is too long to be a PIN");
    return bytes.toString("utf8").replace(/\r?\n$/, "");
  } catch (error) {
    const why = systemCode(error) ?? (error instanceof Error ? error.message : "unknown error");
    fail("PKCS11_URI", `The PIN file ${path} (pin-source) cannot be read: ${why}.`, { path });
  }
}

function pathOf(source: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(source)) return source;
  if (!source.startsWith("file:/")) return undefined;
  try {
    return fileURLToPath(source);
  } catch {
    return undefined;
  }
}
