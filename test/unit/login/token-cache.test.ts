import { strict as assert } from "node:assert";
import { ProvenanceError } from "../../../src/core/errors.ts";
import { IdentityToken } from "../../../src/login/identity-token.ts";
import type { LoginOptions } from "../../../src/login/login-options.ts";
import { TokenCache } from "../../../src/login/token-cache.ts";

const OPTIONS: LoginOptions = {
  issuer: "https://issuer.example.com",
  method: { kind: "browser", openUrl: async () => undefined },
};

function makeToken(value: string, lifetime = 60_000): IdentityToken {
  const claims = { email: "alice@example.com", issuer: OPTIONS.issuer, expiresAt: new Date(Date.now() + lifetime) };
  return new IdentityToken(value, claims);
}

/** A login whose end the test decides. */
function heldLogin() {
  const held: { resolve(token: IdentityToken): void; reject(error: unknown): void }[] = [];
  const obtain = () => {
    const { promise, resolve, reject } = Promise.withResolvers<IdentityToken>();
    held.push({ resolve, reject });
    return promise;
  };
  return { held, obtain };
}

const turn = () => new Promise(setImmediate);

describe("tokens in memory", () => {
  it("are shared: ten models are signed with one login", async () => {
    let logins = 0;
    const cache = new TokenCache(async () => makeToken(String(++logins)));
    for (let model = 0; model < 10; model++) assert.equal((await cache.token(OPTIONS)).value, "1");
    assert.equal(logins, 1);
  });

  it("are not returned after they expired, nor just before", async () => {
    for (const lifetime of [-1, 1000]) {
      let logins = 0;
      const cache = new TokenCache(async () => makeToken(String(++logins), lifetime));
      await cache.token(OPTIONS);
      assert.equal((await cache.token(OPTIONS)).value, "2");
    }
  });

  it("are separate for each issuer, and can be cleared", async () => {
    let logins = 0;
    const cache = new TokenCache(async () => makeToken(String(++logins)));
    await cache.token(OPTIONS);
    assert.equal((await cache.token({ ...OPTIONS, issuer: "https://other.example.com" })).value, "2");
    assert.equal((await cache.token(OPTIONS)).value, "1");
    cache.clear();
    assert.equal((await cache.token(OPTIONS)).value, "3");
  });

  it("are requested once for two callers at the same time", async () => {
    const { held, obtain } = heldLogin();
    const cache = new TokenCache(obtain);
    const both = Promise.all([cache.token(OPTIONS), cache.token(OPTIONS)]);
    await turn();
    assert.equal(held.length, 1);
    held[0]?.resolve(makeToken("shared"));
    assert.deepEqual(
      (await both).map(({ value }) => value),
      ["shared", "shared"],
    );
  });

  it("are requested again for other callers after a failed or cancelled login", async () => {
    const { held, obtain } = heldLogin();
    const cache = new TokenCache(obtain);
    const first = cache.token(OPTIONS);
    const second = cache.token(OPTIONS);
    held[0]?.reject(new ProvenanceError("CANCELLED", "The login was cancelled."));
    await assert.rejects(first, { code: "CANCELLED" });
    await turn();
    assert.equal(held.length, 2);
    held[1]?.resolve(makeToken("own"));
    assert.equal((await second).value, "own");
  });

  it("are not waited for after a caller cancels", async () => {
    const { held, obtain } = heldLogin();
    const cache = new TokenCache(obtain);
    const first = cache.token(OPTIONS);
    const stop = new AbortController();
    const second = cache.token({ ...OPTIONS, signal: stop.signal });
    stop.abort();
    await assert.rejects(second, { code: "CANCELLED" });
    held[0]?.resolve(makeToken("first"));
    assert.equal((await first).value, "first");
  });
});
