import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type AmbientOptions, findAmbientToken } from "../../../../src/core/signing/ambient-token.ts";
import { failsWith } from "../../../support/errors.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

const TOKEN = "header.payload.signature";

describe("ambient identity tokens", () => {
  const folder = useTemporaryFolder();
  let server: Server;
  let requests: IncomingMessage[];
  let answer: { status: number; body: string };
  before((done) => {
    server = createServer((request, response) => {
      requests.push(request);
      response.writeHead(answer.status).end(answer.body);
    }).listen(0, "127.0.0.1", done);
  });
  beforeEach(() => {
    requests = [];
    answer = { status: 200, body: JSON.stringify({ value: TOKEN }) };
  });
  after(() => server.close());
  const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gitHub = () => ({
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://${host()}/token?job=1`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-secret",
  });
  /** Without the files of this very machine. */
  const find = (env: AmbientOptions["env"], more: Partial<AmbientOptions> = {}) =>
    findAmbientToken({
      env: { SIGSTORE_ID_TOKEN_FILE: join(folder(), "none"), ...env },
      productNameFile: join(folder(), "none"),
      ...more,
    });

  it("come from GitHub Actions, for the audience of Sigstore", async () => {
    assert.deepEqual(await find(gitHub()), { token: TOKEN, source: "GitHub Actions" });
    assert.equal(requests[0]?.url, "/token?job=1&audience=sigstore");
    assert.equal(requests[0]?.headers.authorization, "Bearer request-secret");
  });

  it("come from GitLab's environment", async () => {
    assert.equal((await find({ SIGSTORE_ID_TOKEN: `${TOKEN}\n` })).token, TOKEN);
  });

  it("come from Buildkite's agent", async function () {
    if (process.platform === "win32") this.skip();
    const agent = join(folder(), "buildkite-agent");
    writeFileSync(agent, `#!/bin/sh\n[ "$*" = "oidc request-token --audience sigstore" ] && echo ${TOKEN}\n`);
    chmodSync(agent, 0o755);
    const path = process.env["PATH"];
    process.env["PATH"] = `${folder()}:${path}`;
    try {
      assert.deepEqual(await find({ BUILDKITE: "true" }), { token: TOKEN, source: "Buildkite" });
      writeFileSync(agent, "#!/bin/sh\necho a-secret >&2\nexit 1\n");
      const error = await failsWith("TOKEN_UNAVAILABLE", () => find({ BUILDKITE: "true" }));
      assert.ok(!error.message.includes("a-secret"));
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("come from Google Cloud's metadata server", async () => {
    answer = { status: 200, body: TOKEN };
    assert.deepEqual(await find({ GCE_METADATA_HOST: host() }), { token: TOKEN, source: "Google Cloud" });
    assert.match(requests[0]?.url ?? "", /\/service-accounts\/default\/identity\?audience=sigstore&format=full$/);
    assert.equal(requests[0]?.headers["metadata-flavor"], "Google");
  });

  it("are requested from Google if the machine says that it is theirs", async () => {
    const productNameFile = join(folder(), "product_name");
    writeFileSync(productNameFile, "Google Compute Engine\n");
    const asked: string[] = [];
    const { fetch } = globalThis;
    globalThis.fetch = async (url) => {
      asked.push(String(url));
      return new Response(TOKEN);
    };
    const found = await find({}, { productNameFile }).finally(() => {
      globalThis.fetch = fetch;
    });
    assert.equal(found.source, "Google Cloud");
    assert.match(asked[0] ?? "", /^http:\/\/metadata\.google\.internal\//);
    writeFileSync(productNameFile, "Standard PC\n");
    await failsWith("TOKEN_NOT_FOUND", () => find({}, { productNameFile }));
  });

  it("come from a file", async () => {
    const tokenFile = join(folder(), "token");
    writeFileSync(tokenFile, `${TOKEN}\n`);
    const env = { SIGSTORE_ID_TOKEN_FILE: tokenFile };
    assert.deepEqual(await find(env), { token: TOKEN, source: "a token file" });
    writeFileSync(tokenFile, Buffer.alloc(100_000, "x"));
    await failsWith("TOKEN_UNAVAILABLE", () => find(env));
  });

  it("come from the first source that applies, in that order, and from no other if that fails", async () => {
    const both = { ...gitHub(), SIGSTORE_ID_TOKEN: "other" };
    assert.equal((await find(both)).source, "GitHub Actions");
    answer = { status: 403, body: "request-secret" };
    const error = await failsWith("TOKEN_UNAVAILABLE", () => find(both));
    assert.match(error.message, /GitHub Actions gave no identity token: it answered with status 403/);
    assert.equal(error.kind, "unable");
    assert.ok(!JSON.stringify(error.details).includes("secret") && error.cause === undefined);
  });

  it("are rejected if the answer is no token", async () => {
    for (const body of ["", "{}", '{"value":1}', '{"value":""}', "a-secret"]) {
      answer = { status: 200, body };
      const error = await failsWith("TOKEN_UNAVAILABLE", () => find(gitHub()));
      assert.ok(!error.message.includes("a-secret"));
    }
  });

  it("do not exist without a known environment", async () => {
    await failsWith("TOKEN_NOT_FOUND", () => find({ BUILDKITE: "false", SIGSTORE_ID_TOKEN: "" }));
  });

  it("are not requested after cancellation", async () => {
    await failsWith("CANCELLED", () => find(gitHub(), { signal: AbortSignal.abort() }));
    const controller = new AbortController();
    const { fetch } = globalThis;
    globalThis.fetch = (_url, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
        controller.abort();
      });
    await failsWith("CANCELLED", () => find(gitHub(), { signal: controller.signal })).finally(() => {
      globalThis.fetch = fetch;
    });
    assert.equal(requests.length, 0);
  });
});
