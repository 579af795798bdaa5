import { strict as assert } from "node:assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { inspect } from "node:util";
import { ProvenanceError } from "../../../src/core/errors.ts";
import { IdentityToken } from "../../../src/login/identity-token.ts";
import type { LoginOptions } from "../../../src/login/login-options.ts";
import { obtainIdentityToken } from "../../../src/login/obtain-identity-token.ts";
import type { ContentFaultKind } from "../../support/sigstore/faults.ts";
import { CONFIDENTIAL_CLIENT } from "../../support/sigstore/identity-provider.ts";
import { type LocalSigstore, startLocalSigstore } from "../../support/sigstore/local-sigstore.ts";
import { type Choice, Person, type SeenPage } from "../../support/sigstore/person.ts";

const ALICE = { name: "alice@example.com" };

/** A server that does nothing, on a free port of this address. */
async function occupy(host: string) {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, release: () => new Promise((resolve) => server.close(resolve)) };
}

async function hasIPv6(): Promise<boolean> {
  return occupy("::1").then(
    async ({ release }) => {
      await release();
      return true;
    },
    () => false,
  );
}

/** Addresses of this computer that others can reach. */
function otherAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address);
}

describe("login in the browser", () => {
  let sigstore: LocalSigstore;

  before(async () => {
    sigstore = await startLocalSigstore();
  });
  after(() => sigstore.stop());
  afterEach(() => sigstore.behave());

  /** A login with a person at the browser; what they saw last, and how it ended for the program. */
  async function attempt(choice: Choice = ALICE, options: Partial<LoginOptions> = {}) {
    let seen: Promise<SeenPage> | undefined;
    let opened = "";
    const outcome = await obtainIdentityToken({
      issuer: sigstore.issuer,
      method: {
        kind: "browser",
        openUrl: (url) => {
          opened = url;
          seen = new Person().logIn(url, choice);
          return seen;
        },
      },
      ...options,
    }).catch((error: unknown) => error);
    return { outcome, url: opened, page: seen === undefined ? undefined : await seen };
  }

  function tokenOf(outcome: unknown): IdentityToken {
    assert.ok(outcome instanceof IdentityToken, inspect(outcome));
    return outcome;
  }

  function assertFailure(outcome: unknown, code: string): asserts outcome is ProvenanceError {
    assert.ok(outcome instanceof ProvenanceError, inspect(outcome));
    assert.equal(outcome.code, code, outcome.message);
    assert.ok(outcome.message.length > 20 && !/[\p{Cc}]/u.test(outcome.message), outcome.message);
    assert.doesNotMatch(inspect(outcome, { depth: 10 }), /eyJ/u);
  }

  it("returns a token for the person who logged in, and shows the result in the browser", async () => {
    const { outcome, page, url } = await attempt();
    const token = tokenOf(outcome);
    assert.equal(token.email, "alice@example.com");
    assert.equal(token.issuer, sigstore.issuer);
    assert.ok(token.expiresAt.getTime() > Date.now());
    assert.match(token.value, /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/u);
    assert.equal(page?.status, 200);
    assert.match(page?.text ?? "", /Logged in as alice@example\.com/u);
    const asked = new URL(url).searchParams;
    assert.equal(asked.get("code_challenge_method"), "S256");
    assert.equal(asked.get("client_id"), "sigstore");
    assert.equal(asked.get("scope"), "openid email");
    assert.match(asked.get("redirect_uri") ?? "", /^http:\/\/localhost:\d+\/auth\/callback$/u);
    for (const name of ["state", "nonce", "code_challenge"]) assert.ok((asked.get(name) ?? "").length >= 43, name);
    assert.equal(asked.get("connector_id"), null);
  });

  it("shows a page that loads nothing and stores nothing", async () => {
    const { page } = await attempt();
    const policy = page?.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/u);
    assert.match(policy, /style-src 'sha256-[^']+'/u);
    assert.match(policy, /frame-ancestors 'none'/u);
    assert.equal(page?.headers.get("cache-control"), "no-store");
    assert.equal(page?.headers.get("referrer-policy"), "no-referrer");
    assert.doesNotMatch(page?.text ?? "", /<script|https?:|src=|href=|eyJ/u);
  });

  it("does not reveal the token when it is printed, logged or serialized", async () => {
    const token = tokenOf((await attempt()).outcome);
    for (const text of [JSON.stringify(token), inspect(token, { showHidden: true, depth: 5 }), String(token)]) {
      assert.doesNotMatch(text, /eyJ/u);
    }
    assert.ok(!Object.keys({ ...token }).includes("value"));
  });

  it("logs in as a client with a secret, and fails with a wrong one", async () => {
    const client = { clientId: CONFIDENTIAL_CLIENT.id, clientSecret: CONFIDENTIAL_CLIENT.secret };
    const { outcome } = await attempt(ALICE, client);
    assert.equal(tokenOf(outcome).email, "alice@example.com");
    const wrong = await attempt(ALICE, { ...client, clientSecret: "wrong" });
    assertFailure(wrong.outcome, "LOGIN_CLIENT_REFUSED");
    assert.doesNotMatch(wrong.outcome.message, /wrong/u);
  });

  it("reports that the login was denied, in the error and in the browser", async () => {
    const { outcome, page } = await attempt("refuse");
    assertFailure(outcome, "LOGIN_REFUSED");
    assert.match(outcome.message, /The person at the login page refused/u);
    assert.equal(page?.status, 400);
    assert.match(page?.text ?? "", /Not logged in/u);
  });

  it("repeats an issuer's error as a short plain line, and as text in the page", async () => {
    let page = "";
    const login = obtainIdentityToken({
      issuer: sigstore.issuer,
      method: {
        kind: "browser",
        openUrl: async (url) => {
          const asked = new URL(url).searchParams;
          const answer = new URL(asked.get("redirect_uri") ?? "");
          answer.searchParams.set("error", "access_denied");
          answer.searchParams.set("error_description", `\u001b[31m\u202e\r\n<b>no</b> ${"x".repeat(5000)}`);
          answer.searchParams.set("state", asked.get("state") ?? "");
          answer.searchParams.set("iss", sigstore.issuer);
          page = await (await fetch(answer)).text();
        },
      },
    });
    const outcome = await login.catch((error: unknown) => error);
    assertFailure(outcome, "LOGIN_REFUSED");
    assert.doesNotMatch(outcome.message, /[\p{Cc}\p{Cf}]/u);
    assert.ok(outcome.message.includes("<b>no</b>") && outcome.message.length < 400);
    assert.ok(!page.includes("<b>"));
  });

  it("rejects an e-mail address with terminal control characters", async () => {
    assertFailure((await attempt({ name: "alice\u001b[2K\u202e@example.com" })).outcome, "TOKEN_MALFORMED");
  });

  const answers: readonly (readonly [ContentFaultKind, string, RegExp])[] = [
    ["wrong-state", "LOGIN_STATE", /another login/u],
    ["wrong-nonce", "LOGIN_NONCE", /another login/u],
    ["expired-token", "LOGIN_CLOCK", /Set the clock right/u],
    ["future-token", "TOKEN_EXPIRED", /Correct the clock/u],
    ["no-email", "LOGIN_NO_EMAIL", /e-mail address/u],
    ["unverified-email", "TOKEN_EMAIL_UNVERIFIED", /alice@example\.com/u],
    ["no-token", "LOGIN_ISSUER_FAULT", /did not answer as an identity provider should/u],
    ["wrong-audience", "LOGIN_ISSUER_FAULT", /did not answer as an identity provider should/u],
  ];
  for (const [kind, code, words] of answers) {
    it(`rejects a callback with ${kind}, and shows that in the browser`, async () => {
      sigstore.misbehave("issuer", { kind });
      const { outcome, page } = await attempt();
      assertFailure(outcome, code);
      assert.match(outcome.message, words);
      assert.equal(page?.status, 400);
      assert.match(page?.text ?? "", /Not logged in/u);
      assert.match(page?.text.replace(/&#(\d+);/gu, (_all, point) => String.fromCodePoint(Number(point))) ?? "", words);
    });
  }

  it("reports an issuer that fails during the login", async () => {
    sigstore.misbehave("issuer", { kind: "status", status: 500, path: "/token" });
    const { outcome, page } = await attempt();
    assertFailure(outcome, "LOGIN_ISSUER_UNREACHABLE");
    assert.match(outcome.message, /status 500/u);
    assert.equal(page?.status, 400);
  });

  it("reports an issuer that is not reachable, is none, or may not be used", async () => {
    const gone = await startLocalSigstore();
    await gone.stop();
    const unreachable = await attempt(ALICE, { issuer: gone.issuer });
    assertFailure(unreachable.outcome, "LOGIN_ISSUER_UNREACHABLE");
    assert.match(unreachable.outcome.message, /ECONNREFUSED/u);
    assertFailure((await attempt(ALICE, { issuer: sigstore.urls.fulcio })).outcome, "LOGIN_ISSUER_UNREACHABLE");
    // The same server by another name: what it says of itself has to fit.
    const renamed = sigstore.issuer.replace("127.0.0.1", "localhost");
    assertFailure((await attempt(ALICE, { issuer: renamed })).outcome, "LOGIN_ISSUER_FAULT");
    for (const issuer of ["http://example.com", "ftp://127.0.0.1", "http://127.0.0.1.example.com", "issuer", ""]) {
      assertFailure((await attempt(ALICE, { issuer })).outcome, "LOGIN_ISSUER");
    }
  });

  it("reports an issuer that is busy, breaks the connection, or does not answer", async () => {
    sigstore.misbehave("issuer", { kind: "status", status: 429 }, 1);
    const busy = (await attempt()).outcome;
    assertFailure(busy, "LOGIN_ISSUER_UNREACHABLE");
    assert.match(busy.message, /status 429/u);
    sigstore.misbehave("issuer", { kind: "reset" }, 1);
    assertFailure((await attempt()).outcome, "LOGIN_ISSUER_UNREACHABLE");
    const late = () => Promise.reject(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    const { fetch } = globalThis;
    globalThis.fetch = late;
    const silent = (
      await attempt().finally(() => {
        globalThis.fetch = fetch;
      })
    ).outcome;
    assertFailure(silent, "LOGIN_ISSUER_UNREACHABLE");
    assert.match(silent.message, /did not answer in time/u);
  });

  it("reports an unknown client", async () => {
    // The provider shows a page of its own; the user gives up there.
    const stop = new AbortController();
    const login = obtainIdentityToken({
      issuer: sigstore.issuer,
      clientId: "unknown",
      signal: stop.signal,
      method: {
        kind: "browser",
        openUrl: async (url) => {
          const page = await new Person().open(url);
          assert.equal(page.status, 400);
          assert.match(page.text, /invalid_client/u);
          stop.abort();
        },
      },
    });
    await assert.rejects(login, { code: "CANCELLED" });
  });

  it("reports that the browser does not open", async () => {
    const login = obtainIdentityToken({
      issuer: sigstore.issuer,
      method: { kind: "browser", openUrl: () => Promise.reject(new Error("no display")) },
    });
    await assert.rejects(login, { code: "LOGIN_BROWSER", message: /pasted code or a device code/u });
  });

  it("times out", async () => {
    const openUrl = async () => undefined;
    const login = obtainIdentityToken({ issuer: sigstore.issuer, timeout: 100, method: { kind: "browser", openUrl } });
    await assert.rejects(login, { code: "LOGIN_TIMED_OUT", message: /not finished within/u });
  });

  it("can be cancelled before it starts, while it waits and while it asks", async () => {
    const cancel = (stop: AbortController, openUrl: () => Promise<unknown>) =>
      obtainIdentityToken({ issuer: sigstore.issuer, signal: stop.signal, method: { kind: "browser", openUrl } });
    const before = new AbortController();
    before.abort();
    await assert.rejects(
      cancel(before, async () => undefined),
      { code: "CANCELLED" },
    );
    const waiting = new AbortController();
    await assert.rejects(
      cancel(waiting, async () => waiting.abort()),
      { code: "CANCELLED" },
    );
    sigstore.misbehave("issuer", { kind: "slow", milliseconds: 600_000 });
    const asking = new AbortController();
    const login = cancel(asking, async () => undefined);
    setImmediate(() => asking.abort());
    await assert.rejects(login, { code: "CANCELLED" });
  });

  it("ignores other paths, methods and hosts, and answers once", async () => {
    const seen: number[] = [];
    const stop = new AbortController();
    let right: Promise<SeenPage> | undefined;
    const login = obtainIdentityToken({
      issuer: sigstore.issuer,
      signal: stop.signal,
      method: {
        kind: "browser",
        openUrl: async (url) => {
          const callback = new URL(url).searchParams.get("redirect_uri") ?? "";
          const ask = async (target: string, init: RequestInit = {}) => seen.push((await fetch(target, init)).status);
          await ask(new URL("/favicon.ico", callback).href);
          await ask(new URL("/", callback).href);
          await ask(`${callback}/more?code=1&state=2`);
          await ask(`${callback}?code=1&state=2`, { method: "POST" });
          // Under another name, as a page of another site would come (DNS rebinding).
          await ask(`${callback.replace("localhost", "127.0.0.1")}?code=1&state=2`);
          // The right answer waits for its page until it was redeemed; a second one meanwhile comes too late.
          sigstore.misbehave("issuer", { kind: "slow", milliseconds: 600_000, path: "/token" });
          right = new Person().logIn(url, ALICE);
          while (!sigstore.requests("issuer").at(-1)?.startsWith("POST /token")) await new Promise(setImmediate);
          await ask(`${callback}?code=1&state=2`);
          stop.abort();
        },
      },
    });
    await assert.rejects(login, { code: "CANCELLED" });
    assert.deepEqual(seen, [404, 404, 404, 404, 404, 410]);
    assert.match((await right)?.text ?? "", /The login was cancelled/u);
  });

  it("listens on both loopback addresses, and only during the login", async () => {
    let port = "";
    const statuses: number[] = [];
    await obtainIdentityToken({
      issuer: sigstore.issuer,
      method: {
        kind: "browser",
        openUrl: async (url) => {
          port = new URL(new URL(url).searchParams.get("redirect_uri") ?? "").port;
          const hosts = (await hasIPv6()) ? ["127.0.0.1", "[::1]"] : ["127.0.0.1"];
          for (const host of hosts) statuses.push((await fetch(`http://${host}:${port}/`)).status);
          for (const host of otherAddresses()) await assert.rejects(fetch(`http://${host}:${port}/`), host);
          await new Person().logIn(url, ALICE);
        },
      },
    });
    assert.deepEqual([...new Set(statuses)], [404]);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`), { message: "fetch failed" });
  });

  it("listens on the given port", async () => {
    const server = await occupy("127.0.0.1");
    await server.release();
    let seen = "";
    const openUrl = (url: string) => {
      seen = new URL(url).searchParams.get("redirect_uri") ?? "";
      return new Person().logIn(url, ALICE);
    };
    const { outcome } = await attempt(ALICE, { method: { kind: "browser", port: server.port, openUrl } });
    tokenOf(outcome);
    assert.equal(seen, `http://localhost:${server.port}/auth/callback`);
  });

  for (const host of ["127.0.0.1", "::1"]) {
    it(`reports that the given port is taken on ${host}`, async function () {
      if (host === "::1" && !(await hasIPv6())) return this.skip();
      const { port, release } = await occupy(host);
      const method = { kind: "browser", port, openUrl: () => Promise.reject(new Error("too early")) } as const;
      await assert.rejects(obtainIdentityToken({ issuer: sigstore.issuer, method }), {
        code: "LOGIN_PORT",
        message: new RegExp(`Port ${port} on this computer.* is in use`, "u"),
      });
      await release();
    });
  }
});
