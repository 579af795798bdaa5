import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fault, FaultBoard, type Service } from "./faults.ts";
import { makeFulcio } from "./fulcio.ts";
import { makeIdentityProvider } from "./identity-provider.ts";
import { makeIdentityTokens, type TokenOptions } from "./identity-tokens.ts";
import { type LoopbackService, startLoopbackService } from "./loopback-service.ts";
import { makeRekorV1 } from "./rekor-v1.ts";
import { makeRekorV2 } from "./rekor-v2.ts";
import { makeTimestampAuthority } from "./timestamp-authority.ts";
import {
  type ClientTrustConfigJson,
  clientTrustConfig,
  type RekorVersion,
  type ServiceUrls,
  signingConfig,
  type TrustedRootJson,
  trustedRoot,
} from "./trust-config.ts";
import { makeUpdateRepository } from "./update-repository.ts";

export interface LocalSigstoreOptions {
  /** Which log the signing configuration names; both run, and the trusted root knows both. Default 2. */
  readonly rekor?: RekorVersion;
  /** Where the configuration files are written; a new folder, removed when it stops, if absent. */
  readonly folder?: string;
  /** Port of the identity provider; 0 takes a free one. */
  readonly issuerPort?: number;
}

/** A configuration and the file it was written to. */
export interface TrustConfigFile {
  readonly path: string;
  readonly config: ClientTrustConfigJson;
}

export interface LocalSigstore {
  /** ClientTrustConfig JSON, camelCase, for the log that the options name. */
  readonly trustConfigPath: string;
  readonly trustConfig: ClientTrustConfigJson;
  /** The same for either log. */
  readonly trustConfigs: Readonly<Record<RekorVersion, TrustConfigFile>>;
  readonly trustedRootPath: string;
  readonly trustedRoot: TrustedRootJson;
  /** The first root of the TUF repository at `urls.tuf`. */
  readonly tufRootPath: string;
  readonly issuer: string;
  readonly urls: ServiceUrls;
  /**
   * Makes a service do something wrong.
   *
   * @param times how many requests are spoilt; all until taken back, if absent
   * @returns takes it back
   */
  misbehave(service: Service, fault: Fault, times?: number): () => void;
  /** Takes back all that was asked for with `misbehave`. */
  behave(): void;
  /** What a service was asked so far: `POST /api/v2/signingCert`. */
  requests(service: Service): readonly string[];
  /** An ID token by the provider's own key. An address gives an e-mail identity, a URI or a name one of its kind. */
  token(subject: string, options?: TokenOptions): Promise<string>;
  stop(): Promise<void>;
}

/** A whole Sigstore on loopback, in this process: nothing of it reaches beyond 127.0.0.1. */
export async function startLocalSigstore(options: LocalSigstoreOptions = {}): Promise<LocalSigstore> {
  const faults = new FaultBoard();
  const start = `${new Date().toISOString().slice(0, 19)}Z`;
  const servers: Record<Service, LoopbackService> = {
    issuer: await startLoopbackService("issuer", faults, options.issuerPort),
    fulcio: await startLoopbackService("fulcio", faults),
    "rekor-v1": await startLoopbackService("rekor-v1", faults),
    "rekor-v2": await startLoopbackService("rekor-v2", faults),
    timestamps: await startLoopbackService("timestamps", faults),
    tuf: await startLoopbackService("tuf", faults),
  };
  const urls: ServiceUrls = {
    issuer: servers.issuer.url,
    fulcio: servers.fulcio.url,
    certificates: `${servers.fulcio.url}/ct`,
    rekorV1: servers["rekor-v1"].url,
    rekorV2: servers["rekor-v2"].url,
    timestamps: `${servers.timestamps.url}/api/v1/timestamp`,
    tuf: servers.tuf.url,
  };

  const tokens = makeIdentityTokens(urls.issuer);
  const fulcio = await makeFulcio(tokens, faults);
  const rekorV1 = makeRekorV1(urls.rekorV1, faults);
  const rekorV2 = makeRekorV2(urls.rekorV2, faults);
  const timestamps = await makeTimestampAuthority(faults);
  const root = trustedRoot(urls, { fulcio, rekorV1, rekorV2, timestamps }, start);
  const configs = {
    1: clientTrustConfig(root, signingConfig(urls, 1, start)),
    2: clientTrustConfig(root, signingConfig(urls, 2, start)),
  };
  const rekor = options.rekor ?? 2;
  const repository = makeUpdateRepository({
    "trusted_root.json": root,
    "signing_config.v0.2.json": configs[rekor].signingConfig,
  });
  servers.issuer.handle = makeIdentityProvider(tokens, faults);
  servers.fulcio.handle = fulcio.handle;
  servers["rekor-v1"].handle = rekorV1.handle;
  servers["rekor-v2"].handle = rekorV2.handle;
  servers.timestamps.handle = timestamps.handle;
  servers.tuf.handle = repository.handle;

  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "local-sigstore-"));
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : `${JSON.stringify(content, undefined, 2)}\n`);
    return path;
  };
  const trustConfigs = {
    1: { path: write("trust_config.rekor-v1.json", configs[1]), config: configs[1] },
    2: { path: write("trust_config.rekor-v2.json", configs[2]), config: configs[2] },
  };
  return {
    trustConfigPath: write("trust_config.json", configs[rekor]),
    trustConfig: configs[rekor],
    trustConfigs,
    trustedRootPath: write("trusted_root.json", root),
    trustedRoot: root,
    tufRootPath: write("tuf_root.json", repository.root),
    issuer: urls.issuer,
    urls,
    misbehave: (service, fault, times) => faults.add(service, fault, times),
    behave: () => faults.clear(),
    requests: (service) => servers[service].log,
    token: (subject, tokenOptions) => tokens.mint(subject, tokenOptions),
    stop: async () => {
      await Promise.all(Object.values(servers).map((server) => server.stop()));
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
