import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import fetchForSigstore from "../../../../src/core/signing/sigstore-fetch.ts";
import { answerText, proxyOf } from "../../../../src/core/verification/service-answer.ts";

const text = (status: number | undefined, answer: string, secrets: readonly string[] = [], proxy?: string): string =>
  answerText({ ...(status !== undefined && { status }), text: answer }, secrets, proxy);

describe("the answer of a service", () => {
  it("is reported with its status and what to do", () => {
    assert.equal(text(400, "bad request: no email"), 'answered with status 400: "bad request: no email"');
    assert.match(text(401, "There was an error"), /status 401: "There was an error"\. Check that the identity/);
    assert.match(text(503, ""), /^answered with status 503\. Try again later$/);
    assert.equal(
      text(undefined, "connect ECONNREFUSED 127.0.0.1:1"),
      "could not be used (connect ECONNREFUSED 127.0.0.1:1)",
    );
  });

  it("is limited to 200 characters, on one line, without control characters", () => {
    const long = text(400, `a\u001b[31m\r\n${"\u202eb".repeat(300)}`);
    assert.ok(!/[\p{Cc}\p{Cf}]/u.test(long));
    assert.ok(long.length < 200 + 40);
    assert.equal(text(400, `${"a".repeat(199)}\u{1f600}`).length, text(400, "a".repeat(200)).length + 1);
    assert.equal(text(400, 'say "hi" \\'), 'answered with status 400: "say \\"hi\\" \\\\"');
  });

  it("never shows the token that was sent", () => {
    const token = "eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl";
    const shown = text(400, `bad token ${token} (${token.split(".")[1]})`, [token, ...token.split(".")]);
    assert.equal(shown, 'answered with status 400: "bad token … (…)"');
  });

  it("names a proxy that requires a login", () => {
    const named = text(407, "Proxy Authentication Required", [], "proxy.example.com:8080");
    assert.match(
      named,
      /the proxy proxy\.example\.com:8080 demands a login \(status 407\)\. Give its login in HTTPS_PROXY/,
    );
    assert.match(text(undefined, "Proxy response (407) !== 200 when HTTP Tunneling"), /the proxy demands a login/);
  });

  it("is reported as that of a captive portal or proxy if it is a web page", () => {
    for (const page of ["<!DOCTYPE html><html>Log in", " <html lang=en>"])
      assert.match(text(200, page), /captive portal or proxy/);
    assert.match(text(undefined, `Unexpected token '<', "<html>" is not valid JSON`), /captive portal or proxy/);
    assert.doesNotMatch(text(400, "a <html> in JSON"), /captive/);
    const noTls = "C0:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:ssl/record.c:77:";
    assert.match(
      text(undefined, noTls),
      /an answer that is not HTTPS came back, so a captive portal or proxy answered/,
    );
  });

  it("has the proxy's address from the environment, without its login", () => {
    assert.equal(proxyOf({ HTTPS_PROXY: "http://me:secret@proxy.example.com:8080/" }), "proxy.example.com:8080");
    assert.equal(proxyOf({ HTTPS_PROXY: "proxy:3128" }), "proxy:3128");
    assert.equal(proxyOf({}), undefined);
  });

  describe("over the network", () => {
    let respond: (response: ServerResponse) => void;
    const server = createServer((_, response) => respond(response));
    before((done) => void server.listen(0, "127.0.0.1", done));
    after(() => void server.close());
    const ask = async () => {
      const answer = await fetchForSigstore(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {});
      return { status: answer.status, type: answer.headers.get("content-type"), json: await answer.json() };
    };

    it("is the message in JSON, or the beginning of any other text", async () => {
      respond = (response) => response.writeHead(400, { "content-type": "text/plain" }).end("no such key");
      assert.deepEqual(await ask(), { status: 400, type: "application/json", json: { message: "no such key" } });
      respond = (response) => response.writeHead(409).end('{"code":409,"message":"exists already"}');
      assert.deepEqual((await ask()).json, { message: "exists already" });
      respond = (response) => response.writeHead(500).end("x".repeat(1_000_000));
      assert.deepEqual((await ask()).json, { message: "x".repeat(4096) });
    });

    it("is unchanged if it is what was requested", async () => {
      respond = (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"a":1}');
      assert.deepEqual((await ask()).json, { a: 1 });
    });
  });
});
