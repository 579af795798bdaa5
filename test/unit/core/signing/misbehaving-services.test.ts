import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { type ErrorCode, ProvenanceError } from "../../../../src/core/errors.ts";
import { type SignResult, sign } from "../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../src/core/operations/verify/verify.ts";
import type { ServiceLimits } from "../../../../src/core/signing/service-limits.ts";
import type { TrustRoot } from "../../../../src/core/verification/trust-root.ts";
import { readTrustConfigFile } from "../../../../src/core/verification/trust-root-files.ts";
import { parseFault } from "../../../support/sigstore/faults.ts";
import { type LocalSigstore, startLocalSigstore } from "../../../support/sigstore/local-sigstore.ts";
import type { RekorVersion } from "../../../support/sigstore/trust-config.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const ALICE = "alice@example.com";

/** Short, so that tests do not wait; slow answers take far longer. */
const IMPATIENT: Partial<ServiceLimits> = { timeout: 300, logV2Timeout: 300, retries: 1, backoff: 1 };

interface Case {
  readonly wish: string;
  readonly rekor: RekorVersion;
  readonly code: ErrorCode;
  readonly words: RegExp;
  /** Whether the log was asked: only then can anything about the model have become public. */
  readonly logged: boolean;
}

const certificate = { code: "SIGNING_CERTIFICATE_FAILED", logged: false } as const;
const timestamp = { code: "SIGNING_TIMESTAMP_FAILED", logged: false } as const;
const log = { code: "SIGNING_LOG_FAILED", logged: true } as const;
const result = { code: "SIGNING_RESULT_INVALID", logged: true } as const;
const CERTIFICATE_UNKNOWN = /Whether a certificate .* was issued is not known; nothing about the model was published/u;
const CERTIFICATE_ONLY = /nothing about the model was published/u;
const UNKNOWN = /whether the model's digest was entered into the log is not known/u;
const ENTERED = /the model's digest was entered into the log/u;

const CASES: readonly Case[] = [
  { wish: "fulcio=429", rekor: 1, ...certificate, words: /status 429.*Nothing was published/su },
  { wish: "fulcio=500", rekor: 2, ...certificate, words: CERTIFICATE_UNKNOWN },
  { wish: "fulcio=reset", rekor: 2, ...certificate, words: CERTIFICATE_UNKNOWN },
  { wish: "fulcio=slow:600000", rekor: 2, ...certificate, words: CERTIFICATE_UNKNOWN },
  { wish: "fulcio=other-identity", rekor: 2, ...result, logged: false, words: /mallory@example\.com/u },
  { wish: "fulcio=unknown-certificate-log", rekor: 1, ...result, words: ENTERED },
  { wish: "timestamps=429", rekor: 2, ...timestamp, words: /status 429.*nothing about the model was published/su },
  { wish: "timestamps=500", rekor: 1, ...timestamp, words: CERTIFICATE_ONLY },
  { wish: "timestamps=reset", rekor: 2, ...timestamp, words: CERTIFICATE_ONLY },
  { wish: "timestamps=slow:600000", rekor: 2, ...timestamp, words: CERTIFICATE_ONLY },
  { wish: "timestamps=unknown-authority", rekor: 2, ...result, words: ENTERED },
  { wish: "rekor-v1=429", rekor: 1, ...log, words: /status 429.*nothing about the model was published/su },
  { wish: "rekor-v1=500", rekor: 1, ...log, words: UNKNOWN },
  { wish: "rekor-v1=reset", rekor: 1, ...log, words: UNKNOWN },
  { wish: "rekor-v1=slow:600000", rekor: 1, ...log, words: UNKNOWN },
  { wish: "rekor-v1=bad-set", rekor: 1, ...result, words: ENTERED },
  { wish: "rekor-v1=bad-proof", rekor: 1, ...result, words: ENTERED },
  { wish: "rekor-v1=wrong-log-key", rekor: 1, ...result, words: ENTERED },
  { wish: "rekor-v2=429", rekor: 2, ...log, words: /status 429.*nothing about the model was published/su },
  { wish: "rekor-v2=500", rekor: 2, ...log, words: UNKNOWN },
  { wish: "rekor-v2=reset", rekor: 2, ...log, words: UNKNOWN },
  { wish: "rekor-v2=slow:600000", rekor: 2, ...log, words: UNKNOWN },
  { wish: "rekor-v2=bad-proof", rekor: 2, ...result, words: ENTERED },
  { wish: "rekor-v2=wrong-log-key", rekor: 2, ...result, words: ENTERED },
];

describe("signing with failing services", () => {
  const folder = useTemporaryFolder();
  let sigstore: LocalSigstore;
  let roots: Record<RekorVersion, TrustRoot>;

  before(async () => {
    sigstore = await startLocalSigstore();
    const [one, two] = [sigstore.trustConfigs[1].path, sigstore.trustConfigs[2].path];
    roots = { 1: await readTrustConfigFile(one), 2: await readTrustConfigFile(two) };
  });
  after(() => sigstore.stop());
  beforeEach(() => writeTree(folder(), { "model/weights.bin": "weights", "model/config.json": "{}" }));
  afterEach(() => sigstore.behave());

  const model = () => join(folder(), "model");
  const signature = () => join(model(), "model.sig");

  function signModel(rekor: RekorVersion, token: string, limits: Partial<ServiceLimits> = {}): Promise<SignResult> {
    const identity = { method: "sigstore", root: roots[rekor], token, limits } as const;
    return sign({ model: model(), signature: signature(), identity });
  }

  async function assertVerifies(rekor: RekorVersion): Promise<void> {
    const identities = [{ identity: ALICE, issuer: sigstore.issuer }];
    const trust = { sigstore: { root: roots[rekor], identities } };
    const verdict = await verify({ model: model(), signature: signature(), trust });
    assert.equal(verdict.state, "verified", inspect(verdict.reasons));
  }

  /** The error, once it was made sure that nothing was left behind and that the token is nowhere in it. */
  async function failure(signing: Promise<unknown>, token: string): Promise<ProvenanceError> {
    const error = await signing.then(
      () => assert.fail("signed"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ProvenanceError, inspect(error));
    assert.deepEqual(readdirSync(model()).sort(), ["config.json", "weights.bin"]);
    const shown = inspect(error, { depth: 20, showHidden: true });
    for (const part of token.split(".")) assert.ok(!shown.includes(part), "the token is in the error");
    return error;
  }

  const logRequests = () => sigstore.requests("rekor-v1").length + sigstore.requests("rekor-v2").length;

  for (const { wish, rekor, code, words, logged } of CASES) {
    it(`fails with ${wish}: ${code}, no file, and a sentence about what was published`, async () => {
      const { service, fault } = parseFault(wish);
      sigstore.misbehave(service, fault);
      const token = await sigstore.token(ALICE);
      const before = logRequests();
      const error = await failure(signModel(rekor, token, IMPATIENT), token);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      assert.equal(logRequests() > before, logged, "the log was asked");
    });
  }

  for (const rekor of [1, 2] as const) {
    it(`retries a service that is down for a moment (Rekor v${rekor})`, async () => {
      for (const service of ["fulcio", "timestamps", `rekor-v${rekor}`] as const) {
        sigstore.misbehave(service, { kind: "status", status: 503 }, 1);
      }
      await signModel(rekor, await sigstore.token(ALICE), { backoff: 1 });
      await assertVerifies(rekor);
    });
  }

  it("waits for a Rekor v2 that answers after 12 seconds", async function () {
    this.timeout(60_000);
    sigstore.misbehave("rekor-v2", { kind: "slow", milliseconds: 12_000 }, 1);
    await signModel(2, await sigstore.token(ALICE));
    assert.equal(sigstore.requests("rekor-v2").length > 0, true);
    await assertVerifies(2);
  });

  it("keeps an existing signature", async () => {
    await signModel(2, await sigstore.token(ALICE));
    const before = readFileSync(signature());
    for (const wish of ["fulcio=500", "timestamps=500", "rekor-v2=500", "rekor-v2=bad-proof"]) {
      const { service, fault } = parseFault(wish);
      const undo = sigstore.misbehave(service, fault);
      await assert.rejects(signModel(2, await sigstore.token(ALICE), IMPATIENT));
      undo();
      assert.deepEqual(readFileSync(signature()), before);
    }
    await assertVerifies(2);
  });

  it("rejects a token that is expired, unverified, without an identity or malformed before any request", async () => {
    const asked = () => sigstore.requests("fulcio").length;
    const tokens: readonly (readonly [ErrorCode, string])[] = [
      ["TOKEN_EXPIRED", await sigstore.token(ALICE, { expiresIn: -60 })],
      ["TOKEN_EMAIL_UNVERIFIED", await sigstore.token(ALICE, { claims: { email_verified: false } })],
      ["TOKEN_NO_IDENTITY", await sigstore.token("", { claims: { email: "" } })],
      ["TOKEN_MALFORMED", "bWFkZQ.dXA"],
    ];
    const before = asked();
    for (const [code, token] of tokens) assert.equal((await failure(signModel(2, token), token)).code, code);
    assert.equal(asked(), before);
  });

  it("reports a token that the authority rejects as the cause", async () => {
    const token = await sigstore.token(ALICE, { audience: "another-audience" });
    const error = await failure(signModel(2, token, IMPATIENT), token);
    assert.equal(error.code, "SIGNING_CERTIFICATE_FAILED");
    assert.match(error.message, /status 401.*Nothing was published/su);
  });

  it("can be cancelled while it waits for a service: it says what was published, and leaves no file", async () => {
    for (const [service, words] of [
      ["fulcio", CERTIFICATE_UNKNOWN],
      ["timestamps", CERTIFICATE_ONLY],
      ["rekor-v2", UNKNOWN],
    ] as const) {
      const undo = sigstore.misbehave(service, { kind: "slow", milliseconds: 600_000 });
      const token = await sigstore.token(ALICE);
      const stop = new AbortController();
      const asked = sigstore.requests(service).length;
      const identity = { method: "sigstore", root: roots[2], token } as const;
      const signing = sign({ model: model(), signature: signature(), identity, signal: stop.signal });
      const cancelling = (async () => {
        while (sigstore.requests(service).length === asked) await new Promise(setImmediate);
        stop.abort();
      })();
      const error = await failure(signing, token);
      await cancelling;
      assert.equal(error.code, "CANCELLED");
      assert.match(error.message, words);
      undo();
    }
  });
});
