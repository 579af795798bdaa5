import { createHash, createPublicKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeEd25519LogKey } from "../support/sigstore/log-key.ts";
import type { Trillian } from "./certificate-log.ts";
import type { StartService } from "./service-process.ts";

export interface TransparencyLog {
  readonly url: string;
  /** SPKI, DER. */
  readonly publicKey: Buffer;
  readonly logId: Buffer;
}

/** The origin of both logs' checkpoints: the host of their URLs, as clients expect. */
const HOST = "127.0.0.1";

export async function startRekorV1(start: StartService, trillian: Trillian, port: number): Promise<TransparencyLog> {
  const rekor = start("rekor-server", () => [
    "serve",
    `--rekor_server.address=${HOST}`,
    `--port=${port}`,
    `--rekor_server.hostname=${HOST}`,
    "--rekor_server.signer=memory",
    "--trillian_log_server.address=127.0.0.1",
    `--trillian_log_server.port=${trillian.port}`,
    `--trillian_log_server.tlog_id=${trillian.trees.rekor}`,
    // Otherwise it needs Redis.
    "--enable_retrieve_api=false",
  ]);
  const url = `http://${HOST}:${port}`;
  const pem = await rekor.page(`${url}/api/v1/log/publicKey`);
  const publicKey = createPublicKey(pem).export({ type: "spki", format: "der" });
  return { url, publicKey, logId: createHash("sha256").update(publicKey).digest() };
}

export interface RekorV2Ports {
  readonly http: number;
  readonly grpc: number;
  readonly metrics: number;
}

export async function startRekorV2(start: StartService, ports: RekorV2Ports): Promise<TransparencyLog> {
  const { keys, publicKey, id } = makeEd25519LogKey(HOST);
  const rekor = start("posix", (folder) => {
    writeFileSync(join(folder, "log.key"), keys.privatePem, { mode: 0o600 });
    return [
      "serve",
      `--http-address=${HOST}`,
      `--http-port=${ports.http}`,
      `--grpc-address=${HOST}`,
      `--grpc-port=${ports.grpc}`,
      `--http-metrics-port=${ports.metrics}`,
      `--hostname=${HOST}`,
      `--storage-dir=${join(folder, "tiles")}`,
      "--signer-filepath=log.key",
      // An entry is answered with the next checkpoint; the default is 10 seconds.
      "--checkpoint-interval=200ms",
    ];
  });
  const url = `http://${HOST}:${ports.http}`;
  await rekor.page(`${url}/healthz`);
  return { url, publicKey, logId: id };
}
