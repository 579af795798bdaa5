import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Certificate } from "../support/certificates.ts";
import type { LogKey } from "../support/sigstore/log-key.ts";
import type { StartService } from "./service-process.ts";

/** Trillian, which keeps the trees of the certificate log and of Rekor v1, in memory. */
export interface Trillian {
  readonly port: number;
  /** Ids. */
  readonly trees: { readonly certificates: string; readonly rekor: string };
}

export async function startTrillian(start: StartService, port: number): Promise<Trillian> {
  const trillian = start("trillian", () => [`--address=127.0.0.1:${port}`]);
  // It prints them once it listens.
  const [, certificates = "", rekor = ""] = await trillian.answers(
    async () => /^(\d+) (\d+)$/mu.exec(trillian.output) ?? undefined,
  );
  return { port, trees: { certificates, rekor } };
}

/** The certificate transparency log that Fulcio writes to (RFC 6962). @returns its URL, with its name at the end */
export async function startCertificateLog(
  start: StartService,
  trillian: Trillian,
  key: LogKey,
  root: Certificate,
  port: number,
): Promise<string> {
  const log = start("ct_server", (folder) => {
    writeFileSync(join(folder, "root.pem"), root.pem);
    const der = key.keys.privateKey.export({ type: "pkcs8", format: "der" });
    writeFileSync(join(folder, "log.cfg"), configuration(trillian.trees.certificates, join(folder, "root.pem"), der), {
      mode: 0o600,
    });
    const endpoints = [`--log_rpc_server=127.0.0.1:${trillian.port}`, `--http_endpoint=127.0.0.1:${port}`];
    return ["--log_config=log.cfg", ...endpoints, "--logtostderr"];
  });
  const url = `http://127.0.0.1:${port}/${NAME}`;
  await log.page(`${url}/ct/v1/get-sth`);
  return url;
}

const NAME = "certificates";

/** A LogConfigSet, in protobuf's text. */
function configuration(tree: string, roots: string, key: Buffer): string {
  const bytes = key.toString("hex").replaceAll(/../g, "\\x$&");
  return `config {
  log_id: ${tree}
  prefix: "${NAME}"
  roots_pem_file: ${JSON.stringify(roots)}
  private_key: { [type.googleapis.com/keyspb.PrivateKey] { der: "${bytes}" } }
  max_merge_delay_sec: 86400
}
`;
}
