import type { Service, ServiceConfiguration } from "@sigstore/protobuf-specs";
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
  const [authority] = usable(caUrls, 1, now);
  if (authority === undefined)
    throw unusable(label, "it names no certificate authority that is valid now and supported here");
  const logs = usable(rekorTlogUrls, 2, now);
  const [log] = logs;
  if (log === undefined) throw unusable(label, "it names no transparency log that is valid now and supported here");
  refuseSeveral(logs, "log entries", label, rekorTlogConfig);
  const authorities = usable(tsaUrls, 1, now);
  const [timestamps] = authorities;
  refuseSeveral(authorities, "timestamps", label, tsaConfig);
  const version = log.majorApiVersion === 2 ? 2 : 1;
  if (version === 2 && timestamps === undefined) {
    const why = "its log gives no time, and it names no timestamp authority that is valid now and supported here";
    throw unusable(label, why);
  }
  const [issuer] = usable(oidcUrls, 1, now);
  return {
    authority: withoutSlash(authority.url),
    log: { url: withoutSlash(log.url), version },
    ...(timestamps && { timestamps: timestamps.url }),
    ...(issuer && { issuer: issuer.url }),
  };
}

/** What is valid now and of a supported version: the highest version first, and of these the newest. */
function usable(services: readonly Service[], newestVersion: number, now: Date): Service[] {
  return services
    .filter(
      ({ majorApiVersion, validFor }) =>
        majorApiVersion <= newestVersion &&
        (validFor?.start === undefined || validFor.start <= now) &&
        (validFor?.end === undefined || now <= validFor.end),
    )
    .sort((a, b) => b.majorApiVersion - a.majorApiVersion || startOf(b) - startOf(a));
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
