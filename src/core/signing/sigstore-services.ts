import type { Service, ServiceConfiguration, SigningConfig } from "@sigstore/protobuf-specs";
import { ProvenanceError } from "../errors.ts";
import type { TrustRoot } from "../verification/trust-root.ts";

/** The services of an instance that sign a model. */
export interface SigningServices {
  /** Fulcio: URL. */
  readonly authority: string;
  readonly log: { readonly url: string; readonly version: 1 | 2 };
  /** RFC 3161: URL that takes requests; always there with a log of version 2. */
  readonly timestamps?: string;
  /** OpenID issuer that the authority accepts, for a login. */
  readonly issuer?: string;
}

/** Newest first. */
const LOG_VERSIONS = [2, 1] as const;
const SERVICE_VERSIONS = [1] as const;

/** `ServiceSelector` of the protobuf specifications. */
const ALL = 1;
const EXACT = 3;

/**
 * Chooses the services of an instance to sign with (SigningConfig 0.2): of those valid now, the highest supported version,
 * and of these the newest. A bundle gets one log entry: other clients reject more.
 *
 * @throws ProvenanceError SIGNING_SERVICES
 */
export function chooseServices({ signingConfig, label }: TrustRoot, now: Date): SigningServices {
  if (signingConfig === undefined) {
    throw unusable(label, "it has no signing configuration. Give a trust configuration with one");
  }
  const { caUrls, rekorTlogUrls, rekorTlogConfig, tsaUrls, tsaConfig, oidcUrls } = signingConfig;
  const authority = choose(caUrls, SERVICE_VERSIONS, now);
  if (authority === undefined)
    throw unusable(label, "it names no certificate authority that is valid now and supported here");
  const log = choose(rekorTlogUrls, LOG_VERSIONS, now);
  if (log === undefined) throw unusable(label, "it names no transparency log that is valid now and supported here");
  refuseSeveral(usable(rekorTlogUrls, LOG_VERSIONS, now), "log entries", label, rekorTlogConfig);
  const timestamps = choose(tsaUrls, SERVICE_VERSIONS, now);
  refuseSeveral(usable(tsaUrls, SERVICE_VERSIONS, now), "timestamps", label, tsaConfig);
  if (log.version === 2 && timestamps === undefined) {
    const why = "its log gives no time, and it names no timestamp authority that is valid now and supported here";
    throw unusable(label, why);
  }
  const issuer = choose(oidcUrls, SERVICE_VERSIONS, now);
  return {
    authority: withoutSlash(authority.url),
    log: { ...log, url: withoutSlash(log.url) },
    ...(timestamps && { timestamps: timestamps.url }),
    ...(issuer && { issuer: issuer.url }),
  };
}

function usable<V extends number>(services: SigningConfig["caUrls"], versions: readonly V[], now: Date): Service[] {
  return services.filter(
    ({ majorApiVersion, validFor }) =>
      versions.some((version) => version === majorApiVersion) &&
      (validFor?.start === undefined || validFor.start <= now) &&
      (validFor?.end === undefined || now <= validFor.end),
  );
}

function choose<V extends number>(
  services: SigningConfig["caUrls"],
  versions: readonly V[],
  now: Date,
): { url: string; version: V } | undefined {
  for (const version of versions) {
    const [first] = usable(services, [version], now).sort((a, b) => startOf(b) - startOf(a));
    if (first !== undefined) return { url: first.url, version };
  }
  return undefined;
}

/** Paths are appended to it. */
function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

function startOf({ validFor }: Service): number {
  return validFor?.start?.getTime() ?? 0;
}

function refuseSeveral(services: readonly Service[], what: string, label: string, wanted?: ServiceConfiguration): void {
  const count = wanted?.selector === EXACT ? wanted.count : wanted?.selector === ALL ? services.length : 1;
  if (count > 1) throw unusable(label, `it wants ${count} ${what} for a signature, and this version makes one`);
}

function unusable(label: string, why: string): ProvenanceError {
  return new ProvenanceError("SIGNING_SERVICES", `${label} cannot be used to sign: ${why}.`, { details: { label } });
}
