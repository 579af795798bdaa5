import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeCertificate, SERVER_AUTHENTICATION } from "../../../support/certificates.ts";
import { type LocalSigstore, startLocalSigstore } from "../../../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const run = promisify(execFile);
const CORE = join(import.meta.dirname, "../../../../src/core");

/** Signs in a process of its own: proxies and certificates come from its environment, read when it starts. */
const SCRIPT = `
  const [core, model, config, token] = process.argv.slice(1);
  Promise.all([import(core + "/operations/sign/sign.ts"), import(core + "/verification/trust-root-files.ts")]).then(async ([{ sign }, files]) => {
    const root = await files.readTrustConfigFile(config);
    const limits = { retries: 0, timeout: 5000 };
    try {
      const { signer } = await sign({ model, signature: model + "/model.sig", identity: { method: "sigstore", root, token, limits } });
      console.log(signer.log.entry);
    } catch (error) {
      console.log(error.code, error.message);
    }
  });`;

describe("the network that signing uses", () => {
  const folder = useTemporaryFolder();
  let sigstore: LocalSigstore;
  before(async () => {
    sigstore = await startLocalSigstore();
  });
  after(() => sigstore.stop());

  async function sign(config: string, env: Record<string, string>): Promise<string> {
    writeTree(folder(), { "model/weights": "x" });
    const argv = [CORE, join(folder(), "model"), config, await sigstore.token("alice@example.com")];
    const { stdout } = await run(process.execPath, ["-e", SCRIPT, ...argv], { env: { ...process.env, ...env } });
    return stdout.trim();
  }

  function configWith(change: (config: ReturnType<typeof JSON.parse>) => void): string {
    const config = structuredClone(sigstore.trustConfig);
    change(config);
    const path = join(folder(), "config.json");
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

  describe("goes through the proxy of the environment", () => {
    let proxy: Server;
    let seen: string[];
    before((done) => {
      proxy = createServer((incoming, response) => {
        seen.push(`${incoming.method} ${incoming.url}`);
        const { method, headers } = incoming;
        const onwards = request(incoming.url ?? "", { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        });
        onwards.on("error", () => response.destroy());
        incoming.pipe(onwards);
      }).listen(0, "127.0.0.1", done);
    });
    beforeEach(() => {
      seen = [];
    });
    after(() => {
      proxy.closeAllConnections();
      proxy.close();
    });

    it("with every service", async () => {
      const address = `http://127.0.0.1:${port(proxy)}`;
      assert.equal(await sign(sigstore.trustConfigPath, { http_proxy: address, no_proxy: "" }), "hashedrekord/0.0.2");
      assert.deepEqual(seen, [
        `POST ${sigstore.urls.fulcio}/api/v2/signingCert`,
        `POST ${sigstore.urls.timestamps}`,
        `POST ${sigstore.urls.rekorV2}/api/v2/log/entries`,
      ]);
    });

    it("but not with the hosts of NO_PROXY", async () => {
      const address = `http://127.0.0.1:${port(proxy)}`;
      await sign(sigstore.trustConfigPath, { http_proxy: address, no_proxy: "127.0.0.1" });
      assert.deepEqual(seen, []);
    });
  });

  it("trusts the certificate authorities that the environment adds, and no others", async () => {
    const authority = makeCertificate({ subject: "a company", ca: true });
    const alternativeNames = [{ ip: [127, 0, 0, 1] }] as const;
    const leaf = makeCertificate({
      subject: "fulcio",
      issuer: authority,
      alternativeNames,
      extendedKeyUsage: [SERVER_AUTHENTICATION],
    });
    const secure = createSecureServer({ cert: leaf.pem, key: leaf.keys.privatePem }, (incoming, response) => {
      const { method, headers } = incoming;
      const onwards = request(`${sigstore.urls.fulcio}${incoming.url}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(onwards);
    });
    await new Promise<void>((done) => secure.listen(0, "127.0.0.1", done));
    try {
      const config = configWith(({ signingConfig }) => {
        signingConfig.caUrls[0].url = `https://127.0.0.1:${port(secure)}`;
      });
      const extra = join(folder(), "company.pem");
      writeFileSync(extra, authority.pem);
      assert.equal(await sign(config, { NODE_EXTRA_CA_CERTS: extra }), "hashedrekord/0.0.2");
      assert.match(await sign(config, { NODE_EXTRA_CA_CERTS: "" }), /^SIGNING_CERTIFICATE_FAILED .*certificate/);
    } finally {
      secure.closeAllConnections();
      secure.close();
    }
  });
});
