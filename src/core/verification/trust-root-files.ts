import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import * as v from "valibot";
import { systemCode } from "../errors.ts";
import { parseMessages, parseTrustRootJson, type TrustRoot, unreadable } from "./trust-root.ts";

/** A trust root of a dozen keys has ten kilobytes. */
const MAX_BYTES = 4 * 1024 * 1024;

const TrustConfig = v.looseObject({ trustedRoot: v.unknown(), signingConfig: v.optional(v.unknown()) });

/**
 * The trust root of a private instance: with its services, from a ClientTrustConfig file; or enough to verify, from a
 * TrustedRoot file.
 *
 * @throws ProvenanceError TRUST_ROOT_UNREADABLE
 */
export async function readTrustConfigFile(path: string): Promise<TrustRoot> {
  const json = await readJson(path);
  const label = basename(path);
  const config = v.safeParse(TrustConfig, json);
  if (!config.success && !v.is(v.looseObject({ certificateAuthorities: v.unknown() }), json))
    throw unreadable(`${label} is not a trust configuration.`, label);
  const messages = await parseMessages(config.success ? config.output : { trustedRoot: json }, label);
  return { label, instance: "private", origin: "file", ...messages };
}

async function readJson(path: string): Promise<unknown> {
  const label = basename(path);
  let bytes: Buffer;
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_BYTES)
      throw new Error(found.isFile() ? "it is too large" : "it is no file");
    bytes = await readFile(path);
  } catch (cause) {
    const why = systemCode(cause) ?? (cause instanceof Error ? cause.message : "unknown error");
    throw unreadable(`The trust root ${path} cannot be read (${why}).`, label, cause);
  }
  return parseTrustRootJson(bytes, label);
}
