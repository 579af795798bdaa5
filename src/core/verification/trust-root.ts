import type { SigningConfig, TrustedRoot } from "@sigstore/protobuf-specs";
import * as v from "valibot";
import { decodeBase64 } from "../bundle/base64.ts";
import { parseBoundedJson } from "../bundle/bounded-json.ts";
import { parseShape } from "../bundle/parse-shape.ts";
import { ProvenanceError } from "../errors.ts";
import type { TrustRootFacts } from "./signer.ts";

/** The keys and certificates of one Sigstore instance, and where that instance is. */
export interface TrustRoot extends TrustRootFacts {
  readonly instance: "public" | "staging" | "private";
  readonly trustedRoot: TrustedRoot;
  /** Where to sign; absent where only keys were given. */
  readonly signingConfig?: SigningConfig;
}

const CODE = "TRUST_ROOT_UNREADABLE";

const Base64 = v.pipe(
  v.string(),
  v.check((text) => decodeBase64(text) !== undefined, "is not Base64"),
);
const Time = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text)), "is not a time"),
);
const Period = v.looseObject({ start: v.nullish(Time), end: v.nullish(Time) });
const Log = v.looseObject({
  baseUrl: v.string(),
  publicKey: v.looseObject({ rawBytes: Base64, validFor: v.nullish(Period) }),
  logId: v.looseObject({ keyId: Base64 }),
  checkpointKeyId: v.nullish(v.looseObject({ keyId: Base64 })),
});
const Authority = v.looseObject({
  certChain: v.looseObject({ certificates: v.pipe(v.array(v.looseObject({ rawBytes: Base64 })), v.minLength(1)) }),
  validFor: v.nullish(Period),
});
const TrustedRootShape = v.looseObject({
  mediaType: v.pipe(v.string(), v.startsWith("application/vnd.dev.sigstore.trustedroot")),
  tlogs: v.nullish(v.array(Log)),
  certificateAuthorities: v.pipe(v.array(Authority), v.minLength(1)),
  ctlogs: v.nullish(v.array(Log)),
  timestampAuthorities: v.nullish(v.array(Authority)),
});

const Service = v.looseObject({
  url: v.pipe(
    v.string(),
    v.check((text) => /^https?:\/\//.test(text) && URL.canParse(text), "is not a web address"),
  ),
  majorApiVersion: v.pipe(v.number(), v.integer(), v.minValue(1)),
  validFor: v.nullish(Period),
});
const Choice = v.looseObject({
  selector: v.picklist(["ALL", "ANY", "EXACT"]),
  count: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1))),
});
const SigningConfigShape = v.looseObject({
  mediaType: v.literal("application/vnd.dev.sigstore.signingconfig.v0.2+json"),
  caUrls: v.nullish(v.array(Service)),
  oidcUrls: v.nullish(v.array(Service)),
  rekorTlogUrls: v.nullish(v.array(Service)),
  rekorTlogConfig: v.nullish(Choice),
  tsaUrls: v.nullish(v.array(Service)),
  tsaConfig: v.nullish(Choice),
});

/**
 * The JSON of a trusted root, a signing configuration or a trust configuration, with its fields in camelCase.
 *
 * @throws ProvenanceError TRUST_ROOT_UNREADABLE, also where one object has a field twice, in whatever spelling
 */
export function parseTrustRootJson(bytes: Buffer, label: string): unknown {
  const json = parseBoundedJson(bytes, label, { notJson: CODE, malformed: CODE, tooDeep: CODE });
  return reading(() => camelCased(json), label);
}

/**
 * Reads a TrustedRoot, and a SigningConfig of version 0.2 where there is one, of Sigstore's protobuf specifications. Both
 * are in camelCase, see {@link parseTrustRootJson}.
 *
 * @throws ProvenanceError TRUST_ROOT_UNREADABLE
 */
export async function parseMessages(
  { trustedRoot, signingConfig }: { readonly trustedRoot: unknown; readonly signingConfig?: unknown },
  label: string,
): Promise<Pick<TrustRoot, "trustedRoot" | "signingConfig">> {
  const root = parseShape(TrustedRootShape, trustedRoot, CODE, label);
  const config = parseShape(v.optional(SigningConfigShape), signingConfig, CODE, label);
  const { SigningConfig, TrustedRoot } = await import("./trust-root-messages.ts");
  const read = () => ({
    trustedRoot: TrustedRoot.fromJSON(root),
    ...(config !== undefined && { signingConfig: SigningConfig.fromJSON(config) }),
  });
  return reading(read, label);
}

/** Protobuf JSON with its keys in camelCase: tools write them so or in snake_case. @throws Error for a field twice */
function camelCased(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(camelCased);
  if (typeof json !== "object" || json === null) return json;
  const result = new Map<string, unknown>();
  for (const [key, value] of Object.entries(json)) {
    const name = key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    if (result.has(name)) throw new Error(`the field ${name} is there twice`);
    result.set(name, camelCased(value));
  }
  return Object.fromEntries(result);
}

function reading<T>(read: () => T, label: string): T {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "unknown error";
    throw unreadable(`${label} cannot be read: ${why}.`, label, cause);
  }
}

export function unreadable(message: string, label: string, cause?: unknown): ProvenanceError {
  return new ProvenanceError(CODE, message, { details: { label }, cause });
}
