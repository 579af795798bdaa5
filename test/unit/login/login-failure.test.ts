import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { makeDeadline } from "../../../src/login/deadline.ts";
import { findIssuer } from "../../../src/login/issuer.ts";
import { explainLoginFailure } from "../../../src/login/login-failure.ts";

describe("the failure of a login", () => {
  let respond: RequestListener;
  const server = createServer((request, response) => respond(request, response));
  before((done) => void server.listen(0, "127.0.0.1", done));
  after(() => void server.close());

  async function failure(): Promise<string> {
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const deadline = makeDeadline(undefined, 60_000);
    const method = { kind: "code", askForCode: async () => undefined } as const;
    try {
      await findIssuer({ issuer, method }, deadline);
      return assert.fail("There is an issuer.");
    } catch (error) {
      const { code, message } = explainLoginFailure(error, "https://issuer.example", deadline);
      return `${code}: ${message}`;
    }
  }

  it("is that of a captive portal or proxy if a web page comes back", async () => {
    respond = (_, response) => response.setHeader("content-type", "text/html").end("<html>Log in</html>");
    assert.match(
      await failure(),
      /^LOGIN_ISSUER_UNREACHABLE: The identity provider https:\/\/issuer\.example was not reached: a web page came back, so a captive portal or proxy answered\./,
    );
  });

  it("is the provider's own if its page says that it failed", async () => {
    respond = (_, response) => {
      response.statusCode = 503;
      response.setHeader("content-type", "text/html").end("<html>Down</html>");
    };
    assert.match(await failure(), /cannot be reached: it answered with status 503\./);
  });

  it("names the proxy that requires a login", async () => {
    const tunnel = new Error("Proxy response (407) !== 200 when HTTP Tunneling");
    const { fetch } = globalThis;
    globalThis.fetch = () =>
      Promise.reject(new TypeError("fetch failed", { cause: new Error("cancelled", { cause: tunnel }) }));
    const failed = failure().finally(() => {
      globalThis.fetch = fetch;
    });
    assert.match(await failed, /was not reached: the proxy.* demands a login \(status 407\)\./);
  });
});
