import type { Fulcio } from "./fulcio.ts";
import type { Rekor } from "./rekor-v1.ts";
import type { TimestampAuthority } from "./timestamp-authority.ts";

export type RekorVersion = 1 | 2;

/** Where the services are: `http://127.0.0.1:PORT`. */
export interface ServiceUrls {
  readonly issuer: string;
  readonly fulcio: string;
  /** The certificate log. */
  readonly certificates: string;
  readonly rekorV1: string;
  readonly rekorV2: string;
  /** With the path that takes requests. */
  readonly timestamps: string;
  readonly tuf: string;
}

/** What each service signs with. */
export interface Services {
  readonly fulcio: Omit<Fulcio, "handle">;
  readonly rekorV1: Omit<Rekor, "handle">;
  readonly rekorV2: Omit<Rekor, "handle">;
  readonly timestamps: Omit<TimestampAuthority, "handle">;
}

const OPERATOR = "local Sigstore";

/** Protobuf's JSON of a TrustedRoot, camelCase: both logs, whichever is written to. */
export function trustedRoot(urls: ServiceUrls, services: Services, start: string) {
  const validFor = { start };
  const log = (baseUrl: string, key: Buffer, id: Buffer, keyDetails: string) => ({
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: key.toString("base64"), keyDetails, validFor },
    logId: { keyId: id.toString("base64") },
  });
  const authority = (uri: string, commonName: string, chain: readonly Buffer[]) => ({
    subject: { organization: OPERATOR, commonName },
    uri,
    certChain: { certificates: chain.map((der) => ({ rawBytes: der.toString("base64") })) },
    validFor,
  });
  const { fulcio, rekorV1, rekorV2, timestamps } = services;
  return {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [
      log(urls.rekorV1, rekorV1.publicKey, rekorV1.logId, "PKIX_ECDSA_P256_SHA_256"),
      log(urls.rekorV2, rekorV2.publicKey, rekorV2.logId, "PKIX_ED25519"),
    ],
    certificateAuthorities: [authority(urls.fulcio, "Fulcio", [fulcio.root.der])],
    ctlogs: [log(urls.certificates, fulcio.certificateLogKey, fulcio.certificateLogId, "PKIX_ECDSA_P256_SHA_256")],
    timestampAuthorities: [authority(urls.timestamps, "timestamps", timestamps.chain)],
  };
}

/** Protobuf's JSON of a SigningConfig 0.2. */
export function signingConfig(urls: ServiceUrls, rekor: RekorVersion, start: string) {
  const service = (url: string, majorApiVersion: number) => ({
    url,
    majorApiVersion,
    validFor: { start },
    operator: OPERATOR,
  });
  return {
    mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
    caUrls: [service(urls.fulcio, 1)],
    oidcUrls: [service(urls.issuer, 1)],
    rekorTlogUrls: [service(rekor === 1 ? urls.rekorV1 : urls.rekorV2, rekor)],
    rekorTlogConfig: { selector: "ANY" },
    tsaUrls: [service(urls.timestamps, 1)],
    tsaConfig: { selector: "ANY" },
  };
}

/** Protobuf's JSON of a ClientTrustConfig: all that a client needs to know of a Sigstore. */
export function clientTrustConfig(root: ReturnType<typeof trustedRoot>, signing: ReturnType<typeof signingConfig>) {
  return {
    mediaType: "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
    trustedRoot: root,
    signingConfig: signing,
  };
}

export type TrustedRootJson = ReturnType<typeof trustedRoot>;
export type SigningConfigJson = ReturnType<typeof signingConfig>;
export type ClientTrustConfigJson = ReturnType<typeof clientTrustConfig>;
