import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Certificate, makeCertificate } from "../support/certificates.ts";
import type { StartService } from "./service-process.ts";

/** The root of the certificate authority, which the certificate log has to know first. */
export function makeFulcioRoot(): Certificate {
  return makeCertificate({
    subject: [
      ["O", "Sigstore on loopback"],
      ["CN", "Fulcio"],
    ],
    kind: "P-384",
    ca: true,
  });
}

export interface FulcioOptions {
  readonly root: Certificate;
  readonly issuer: string;
  /** With the log's name at its end. */
  readonly certificateLog: string;
  /** PEM. */
  readonly certificateLogKey: string;
  readonly ports: { readonly http: number; readonly grpc: number; readonly metrics: number };
}

/** Fulcio over a root in a file, which accepts the e-mail addresses of one provider. @returns its URL */
export async function startFulcio(start: StartService, options: FulcioOptions): Promise<string> {
  const { root, issuer, certificateLog, certificateLogKey, ports } = options;
  const fulcio = start("fulcio", (folder) => {
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const config = { OIDCIssuers: { [issuer]: { IssuerURL: issuer, ClientID: "sigstore", Type: "email" } } };
    return [
      "serve",
      "--ca=fileca",
      `--fileca-cert=${write("root.pem", root.pem)}`,
      `--fileca-key=${write("root.key", root.keys.privatePem)}`,
      "--fileca-key-passwd=none",
      "--fileca-watch=false",
      `--config-path=${write("config.json", JSON.stringify(config))}`,
      `--ct-log-url=${certificateLog}`,
      `--ct-log-public-key-path=${write("ct.pub", certificateLogKey)}`,
      "--host=127.0.0.1",
      `--port=${ports.http}`,
      "--grpc-host=127.0.0.1",
      `--grpc-port=${ports.grpc}`,
      // On every interface: it has no flag for the host.
      `--metrics-port=${ports.metrics}`,
      `--legacy-unix-domain-socket=${join(folder, "legacy.sock")}`,
    ];
  });
  const url = `http://127.0.0.1:${ports.http}`;
  await fulcio.page(`${url}/healthz`);
  return url;
}
