import { strict as assert } from "node:assert";
import { inspect } from "node:util";
import type { CodeLogin } from "../../../src/login/login-options.ts";
import { obtainIdentityToken } from "../../../src/login/obtain-identity-token.ts";
import { type LocalSigstore, startLocalSigstore } from "../../support/sigstore/local-sigstore.ts";
import { Person } from "../../support/sigstore/person.ts";

describe("login with a pasted code", () => {
  let sigstore: LocalSigstore;

  before(async () => {
    sigstore = await startLocalSigstore();
  });
  after(() => sigstore.stop());
  afterEach(() => sigstore.behave());

  const login = (askForCode: CodeLogin["askForCode"], signal?: AbortSignal) =>
    obtainIdentityToken({
      issuer: sigstore.issuer,
      method: { kind: "code", askForCode },
      ...(signal === undefined ? {} : { signal }),
    });

  it("accepts the code that the provider shows, with blanks around it", async () => {
    const token = await login(async (url) => {
      const asked = new URL(url).searchParams;
      assert.equal(asked.get("redirect_uri"), "urn:ietf:wg:oauth:2.0:oob");
      assert.equal(asked.get("code_challenge_method"), "S256");
      return ` ${await new Person().readCode(url, "alice@example.com")}\r\n`;
    });
    assert.equal(token.email, "alice@example.com");
  });

  it("rejects a code that is wrong, of another login, used before, or missing", async () => {
    await assert.rejects(
      login(async () => "mistyped"),
      { code: "LOGIN_CODE", message: /mistyped, used before, or is too old/u },
    );
    let used = "";
    await login(async (url) => {
      used = await new Person().readCode(url, "alice@example.com");
      return used;
    });
    await assert.rejects(
      login(async () => used),
      (error) => {
        assert.equal((error as { code: string }).code, "LOGIN_CODE");
        assert.ok(!inspect(error, { depth: 10 }).includes(used));
        return true;
      },
    );
    for (const pasted of ["", "  ", "two words", "x".repeat(5000), "cod\u0007e"]) {
      await assert.rejects(
        login(async () => pasted),
        { code: "LOGIN_CODE" },
      );
    }
  });

  it("rejects a code of another login (PKCE)", async () => {
    let foreign = "";
    await assert.rejects(
      login(async (url) => {
        foreign = await new Person().readCode(url, "mallory@example.com");
        return undefined;
      }),
      { code: "CANCELLED" },
    );
    await assert.rejects(
      login(async () => foreign),
      { code: "LOGIN_CODE" },
    );
  });

  it("rejects a token of another login, and one without an e-mail address", async () => {
    const paste: CodeLogin["askForCode"] = (url) => new Person().readCode(url, "alice@example.com");
    sigstore.misbehave("issuer", { kind: "wrong-nonce" }, 1);
    await assert.rejects(login(paste), { code: "LOGIN_NONCE" });
    await assert.rejects(
      login((url) => new Person().readCode(url, "alice")),
      { code: "LOGIN_NO_EMAIL" },
    );
  });

  it("can be cancelled while it waits for the code", async () => {
    const stop = new AbortController();
    const forever: CodeLogin["askForCode"] = (_url, signal) => {
      setImmediate(() => stop.abort());
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve("late")));
    };
    await assert.rejects(login(forever, stop.signal), { code: "CANCELLED" });
  });
});
