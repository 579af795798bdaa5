import { X509Certificate } from "node:crypto";
import type { StartService } from "./service-process.ts";

export interface TimestampAuthority {
  /** With the path that takes requests. */
  readonly url: string;
  /** DER, the signer's first. */
  readonly chain: readonly Buffer[];
}

/** Where it serves its metrics, on every interface: no flag changes that, and it ends where the port is taken. */
export const METRICS_PORT = 2112;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu;

/** The RFC 3161 authority of Sigstore, with a key that it makes itself. */
export async function startTimestamps(start: StartService, port: number): Promise<TimestampAuthority> {
  const authority = start("timestamp-server", () => [
    "serve",
    "--host=127.0.0.1",
    `--port=${port}`,
    "--scheme=http",
    "--timestamp-signer=memory",
    "--disable-ntp-monitoring",
  ]);
  const url = `http://127.0.0.1:${port}/api/v1/timestamp`;
  const pem = await authority.page(`${url}/certchain`);
  return { url, chain: (pem.match(CERTIFICATE) ?? []).map((one) => new X509Certificate(one).raw) };
}
