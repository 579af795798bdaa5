import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skip } from "../support/results.ts";
import { FaultBoard } from "../support/sigstore/faults.ts";
import { makeEcdsaLogKey } from "../support/sigstore/log-key.ts";
import { startLoopbackService } from "../support/sigstore/loopback-service.ts";
import {
  clientTrustConfig,
  type RekorVersion,
  type ServiceUrls,
  signingConfig,
  trustedRoot,
} from "../support/sigstore/trust-config.ts";
import { makeUpdateRepository } from "../support/sigstore/update-repository.ts";
import { startCertificateLog, startTrillian } from "./certificate-log.ts";
import { type IdentityProvider, startDex } from "./dex.ts";
import { freePorts, isFree } from "./free-ports.ts";
import { makeFulcioRoot, startFulcio } from "./fulcio.ts";
import { ensurePrograms } from "./programs.ts";
import { startRekorV1, startRekorV2 } from "./rekor.ts";
import { ServiceProcess, type StartService } from "./service-process.ts";
import { METRICS_PORT, startTimestamps } from "./timestamps.ts";

/** The services of Sigstore themselves, on loopback, with a TUF repository that serves their trust root. */
export interface RealSigstore {
  /** Folder of the services' programs, and of cosign. */
  readonly programs: string;
  readonly issuer: IdentityProvider;
  readonly urls: ServiceUrls;
  /** Paths of ClientTrustConfig JSON, by the log that they sign with. */
  readonly trustConfigs: Readonly<Record<RekorVersion, string>>;
  readonly trustedRootPath: string;
  /** The first root of the TUF repository. */
  readonly tufRootPath: string;
  stop(): Promise<void>;
}

/** Milliseconds that a `before` hook may take with `startServices` in it. */
export const FIRST_START = 25 * 60_000;

/** Starts them all; skips the tests where the programs cannot be built. */
export async function startServices(context: Mocha.Context): Promise<RealSigstore> {
  const programs = ensurePrograms();
  if ("missing" in programs) return skip(context, programs.missing);
  if (!(await isFree(METRICS_PORT))) {
    return skip(context, `needs port ${METRICS_PORT}, where the timestamp authority serves its metrics`);
  }
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "services-")));
  const running: ServiceProcess[] = [];
  const start: StartService = (program, args) => {
    const service = new ServiceProcess(programs.folder, program, args, folder);
    running.push(service);
    return service;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((service) => service.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const sigstore = await startAll(start, folder);
    return {
      ...sigstore,
      programs: programs.folder,
      stop: async () => {
        await Promise.all([sigstore.stop(), stop()]);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(start: StartService, folder: string): Promise<Omit<RealSigstore, "programs">> {
  const since = `${new Date().toISOString().slice(0, 19)}Z`;
  const ports = await freePorts([
    ...(["dex", "trillian", "certificates", "timestamps", "rekorV1"] as const),
    ...(["fulcio", "fulcioGrpc", "fulcioMetrics", "rekorV2", "rekorV2Grpc", "rekorV2Metrics"] as const),
  ]);
  // Before Rekor v1, which serves its metrics at the same port, but does without.
  const timestamps = await startTimestamps(start, ports.timestamps);
  const [issuer, trillian, rekorV2] = await Promise.all([
    startDex(start, ports.dex),
    startTrillian(start, ports.trillian),
    startRekorV2(start, { http: ports.rekorV2, grpc: ports.rekorV2Grpc, metrics: ports.rekorV2Metrics }),
  ]);
  const root = makeFulcioRoot();
  const logKey = makeEcdsaLogKey();
  const [certificates, rekorV1] = await Promise.all([
    startCertificateLog(start, trillian, logKey, root, ports.certificates),
    startRekorV1(start, trillian, ports.rekorV1),
  ]);
  const fulcio = await startFulcio(start, {
    root,
    issuer: issuer.url,
    certificateLog: certificates,
    certificateLogKey: logKey.keys.publicPem,
    ports: { http: ports.fulcio, grpc: ports.fulcioGrpc, metrics: ports.fulcioMetrics },
  });
  const tuf = await startLoopbackService("tuf", new FaultBoard());

  const urls: ServiceUrls = {
    issuer: issuer.url,
    fulcio,
    certificates,
    rekorV1: rekorV1.url,
    rekorV2: rekorV2.url,
    timestamps: timestamps.url,
    tuf: tuf.url,
  };
  const authority = { root, certificateLogKey: logKey.publicKey, certificateLogId: logKey.id };
  const trust = trustedRoot(urls, { fulcio: authority, rekorV1, rekorV2, timestamps }, since);
  const configs = {
    1: clientTrustConfig(trust, signingConfig(urls, 1, since)),
    2: clientTrustConfig(trust, signingConfig(urls, 2, since)),
  };
  const repository = makeUpdateRepository({
    "trusted_root.json": trust,
    "signing_config.v0.2.json": configs[2].signingConfig,
  });
  tuf.handle = repository.handle;
  const files = join(folder, "trust");
  mkdirSync(files);
  const write = (name: string, text: string): string => {
    writeFileSync(join(files, name), text);
    return join(files, name);
  };
  return {
    issuer,
    urls,
    trustConfigs: {
      1: write("trust_config.rekor-v1.json", JSON.stringify(configs[1])),
      2: write("trust_config.rekor-v2.json", JSON.stringify(configs[2])),
    },
    trustedRootPath: write("trusted_root.json", JSON.stringify(trust)),
    tufRootPath: write("tuf_root.json", repository.root),
    stop: () => tuf.stop(),
  };
}
