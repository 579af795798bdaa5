import { strict as assert } from "node:assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { DevicePrompt } from "../../../src/login/login-options.ts";
import { obtainIdentityToken } from "../../../src/login/obtain-identity-token.ts";
import { type LocalSigstore, startLocalSigstore } from "../../support/sigstore/local-sigstore.ts";
import { type Choice, Person } from "../../support/sigstore/person.ts";

describe("login with a device code", () => {
  let sigstore: LocalSigstore;

  before(async () => {
    sigstore = await startLocalSigstore();
  });
  after(() => sigstore.stop());
  afterEach(() => sigstore.behave());

  const login = (choice: Choice, withPrompt: (prompt: DevicePrompt) => void = () => undefined) =>
    obtainIdentityToken({
      issuer: sigstore.issuer,
      method: {
        kind: "device",
        showCode: (prompt) => {
          withPrompt(prompt);
          return new Person().connectDevice(prompt.url, prompt.userCode, choice);
        },
      },
    });

  it("returns a token once the code was typed", async () => {
    let prompt: DevicePrompt | undefined;
    const token = await login({ name: "alice@example.com" }, (shown) => {
      prompt = shown;
    });
    assert.equal(token.email, "alice@example.com");
    assert.equal(prompt?.url, `${sigstore.issuer}/device`);
    assert.match(prompt?.urlWithCode ?? "", /user_code=/u);
  });

  it("keeps waiting if the issuer answers 401 until the code is typed", async () => {
    sigstore.misbehave("issuer", { kind: "pending-401" });
    const before = sigstore.requests("issuer").length;
    let polls = 0;
    const token = await obtainIdentityToken({
      issuer: sigstore.issuer,
      method: {
        kind: "device",
        showCode: async (prompt) => {
          // The user types only after the first "not yet".
          while (polls === 0) {
            polls = sigstore
              .requests("issuer")
              .slice(before)
              .filter((request) => request === "POST /token").length;
            await new Promise(setImmediate);
          }
          await new Person().connectDevice(prompt.url, prompt.userCode, { name: "alice@example.com" });
        },
      },
    });
    assert.ok(polls > 0);
    assert.equal(token.email, "alice@example.com");
  });

  it("reports that the login was denied", async () => {
    await assert.rejects(login("refuse"), { code: "LOGIN_REFUSED" });
  });

  it("can be cancelled while it waits", async () => {
    const stop = new AbortController();
    const waiting = obtainIdentityToken({
      issuer: sigstore.issuer,
      signal: stop.signal,
      method: { kind: "device", showCode: () => setImmediate(() => stop.abort()) },
    });
    await assert.rejects(waiting, { code: "CANCELLED" });
  });

  it("times out if the code is not typed", async () => {
    const waiting = obtainIdentityToken({
      issuer: sigstore.issuer,
      timeout: 100,
      method: { kind: "device", showCode: () => undefined },
    });
    await assert.rejects(waiting, { code: "LOGIN_TIMED_OUT" });
  });

  describe("at an issuer", () => {
    /** An issuer that says of itself what the test wants. */
    async function withIssuer<T>(metadata: Record<string, unknown>, use: (issuer: string) => Promise<T>): Promise<T> {
      const server = createServer((_request, response) => {
        const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const own = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
        response.writeHead(200, { "Content-Type": "application/json" });
        response.end(JSON.stringify({ ...own, ...metadata }));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      try {
        return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      } finally {
        await new Promise((resolve) => {
          server.close(resolve);
          server.closeAllConnections();
        });
      }
    }

    const method = { kind: "device", showCode: () => assert.fail("nothing to show") } as const;

    it("that offers no device code is reported", async () => {
      await withIssuer({}, (issuer) =>
        assert.rejects(obtainIdentityToken({ issuer, method }), { code: "LOGIN_NO_DEVICE_CODE" }),
      );
    });

    it("that sends tokens unencrypted, or answers with no device page, is rejected", async () => {
      for (const metadata of [
        { token_endpoint: "http://example.com/token" },
        { device_authorization_endpoint: "file:///etc/passwd" },
      ]) {
        await withIssuer(metadata, (issuer) =>
          assert.rejects(obtainIdentityToken({ issuer, method }), { code: "LOGIN_ISSUER_FAULT" }),
        );
      }
      await withIssuer({ authorization_endpoint: "javascript:alert(1)" }, (issuer) =>
        assert.rejects(
          obtainIdentityToken({
            issuer,
            method: { kind: "browser", openUrl: () => assert.fail("this is not to be opened") },
          }),
          { code: "LOGIN_ISSUER_FAULT" },
        ),
      );
    });
  });
});
