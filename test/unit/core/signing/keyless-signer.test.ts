import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import type { ErrorCode, ProvenanceError } from "../../../../src/core/errors.ts";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { type SignOptions, sign } from "../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../src/core/operations/verify/verify.ts";
import type { SigstoreIdentity } from "../../../../src/core/signing/keyless-signer.ts";
import type { PublicationNotice } from "../../../../src/core/signing/publication.ts";
import type { Replacement } from "../../../../src/core/signing/replacement.ts";
import type { ServiceLimits } from "../../../../src/core/signing/service-limits.ts";
import type { TrustRoot } from "../../../../src/core/verification/trust-root.ts";
import { readTrustConfigFile } from "../../../../src/core/verification/trust-root-files.ts";
import { damageSignature } from "../../../support/editor-workspace.ts";
import { failsWith } from "../../../support/errors.ts";
import type { Fault, Service } from "../../../support/sigstore/faults.ts";
import { type LocalSigstore, startLocalSigstore } from "../../../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const ALICE = "alice@example.com";
const FILES = { "model.safetensors": "weights", "config.json": "{}" };
const QUICK: Partial<ServiceLimits> = { timeout: 400, logV2Timeout: 400, retries: 1, backoff: 1 };

const ISSUED = /A certificate for alice@example\.com was issued and stays in the log of certificates/;
const NOT_LOGGED = /nothing about the model was published\.$/;
const UNKNOWN = /whether the model's digest was entered into the log is not known\.$/;
const LOGGED = /the model's digest was entered into the log\.$/;

describe("signing with a login", () => {
  const pool = new HashPool({ workers: 0 });
  const folder = useTemporaryFolder();
  let sigstore: LocalSigstore;
  let token: string;
  const roots: TrustRoot[] = [];
  const signature = () => join(folder(), "model.sig");
  before(async () => {
    sigstore = await startLocalSigstore();
    token = await sigstore.token(ALICE);
    for (const version of [1, 2] as const)
      roots[version] = await readTrustConfigFile(sigstore.trustConfigs[version].path);
  });
  beforeEach(() => writeTree(folder(), FILES));
  afterEach(() => sigstore.behave());
  after(async () => {
    await sigstore.stop();
    await pool.dispose();
  });

  function root(version: 1 | 2): TrustRoot {
    return roots[version] ?? assert.fail("not started");
  }

  function signIt(version: 1 | 2, more: Partial<SigstoreIdentity> = {}, signal?: AbortSignal) {
    const identity: SigstoreIdentity = { method: "sigstore", root: root(version), token, limits: QUICK, ...more };
    return sign({ model: folder(), signature: signature(), identity, pool, ...(signal && { signal }) });
  }

  async function stateFor(version: 1 | 2, identity: string) {
    const identities = [{ identity, issuer: sigstore.issuer }];
    const trust = { sigstore: { root: root(version), identities } };
    return (await verify({ model: folder(), signature: signature(), trust, pool })).state;
  }

  for (const version of [1, 2] as const) {
    describe(`and Rekor v${version}`, () => {
      it("returns a signature that verifies, with one log entry and a timestamp", async () => {
        const { signer } = await signIt(version);
        assert.ok(signer.method === "sigstore");
        assert.deepEqual([signer.identity, signer.identityType, signer.issuer], [ALICE, "email", sigstore.issuer]);
        assert.equal(signer.log.entry, version === 1 ? "dsse/0.0.1" : "hashedrekord/0.0.2");
        assert.equal(signer.timestamps.length, 1);
        const { verificationMaterial } = JSON.parse(readFileSync(signature(), "utf8"));
        assert.equal(verificationMaterial.tlogEntries.length, 1);
        assert.equal(await stateFor(version, ALICE), "verified");
        assert.equal(await stateFor(version, "bob@example.com"), "untrusted");
        writeFileSync(join(folder(), "config.json"), "{ }");
        assert.equal(await stateFor(version, ALICE), "modified");
      });

      it("works for a CI job, whose identity is a URI", async () => {
        const workflow = "https://ci.example/acme/models/release.yml@refs/tags/v1";
        const { signer } = await signIt(version, { token: await sigstore.token(workflow) });
        assert.ok(signer.method === "sigstore");
        assert.deepEqual([signer.identity, signer.identityType], [workflow, "uri"]);
        assert.equal(await stateFor(version, workflow), "verified");
      });

      it("works with tokens that are valid for a minute: it requests one after the files were read", async () => {
        let asked = 0;
        await signIt(version, {
          token: () => {
            asked++;
            return sigstore.token(ALICE, { expiresIn: 60 });
          },
        });
        assert.equal(asked, 1);
        assert.equal(await stateFor(version, ALICE), "verified");
      });

      it("works for several at once", async () => {
        const names = ["a", "b", "c", "d"];
        await Promise.all(
          names.map((name) => {
            writeTree(folder(), { [`${name}/weights`]: name });
            const identity = { method: "sigstore", root: root(version), token } as const;
            const model = join(folder(), name);
            return sign({ model, signature: join(model, "model.sig"), identity, pool });
          }),
        );
        for (const name of names) {
          const model = join(folder(), name);
          const trust = {
            sigstore: { root: root(version), identities: [{ identity: ALICE, issuer: sigstore.issuer }] },
          };
          assert.equal((await verify({ model, signature: join(model, "model.sig"), trust, pool })).state, "verified");
        }
      });

      it("retries if a service is busy, fails once, or closes the connection", async () => {
        const log: Service = `rekor-v${version}`;
        sigstore.misbehave("fulcio", { kind: "status", status: 429 }, 1);
        sigstore.misbehave("timestamps", { kind: "status", status: 500 }, 1);
        sigstore.misbehave(log, { kind: "reset" }, 1);
        await signIt(version);
        assert.equal(await stateFor(version, ALICE), "verified");
      });
    });
  }

  it("waits longer for Rekor v2, which answers with its next checkpoint", async () => {
    sigstore.misbehave("rekor-v2", { kind: "slow", milliseconds: 1000 });
    await signIt(2, { limits: { ...QUICK, logV2Timeout: 20_000 } });
    assert.equal(await stateFor(2, ALICE), "verified");
  });

  it("needs no login if the files cannot be signed", async () => {
    writeTree(folder(), { "empty/": "" });
    const model = join(folder(), "empty");
    const identity: SigstoreIdentity = { method: "sigstore", root: root(2), token: () => assert.fail("asked") };
    await failsWith("MODEL_EMPTY", () => sign({ model, signature: join(model, "model.sig"), identity, pool }));
  });

  describe("says first what becomes public", () => {
    it("and where", async () => {
      const notices: PublicationNotice[] = [];
      await signIt(2, { confirm: (notice) => notices.push(notice) > 0 });
      assert.equal(notices.length, 1);
      assert.equal(notices[0]?.identity, ALICE);
      assert.equal(notices[0]?.log, sigstore.urls.rekorV2);
      assert.match(notices[0]?.text ?? "", /identity \(alice@example\.com\).*this model's digest.*private Sigstore/);
    });

    it("and that this is permanent, if the log is the public one", async () => {
      const notices: string[] = [];
      const confirm = ({ text }: PublicationNotice) => notices.push(text) < 0;
      for (const instance of ["public", "staging"] as const) {
        await failsWith("PUBLICATION_DECLINED", () => signIt(1, { root: { ...root(1), instance }, confirm }));
      }
      assert.match(notices[0] ?? "", /public log 127\.0\.0\.1:\d+, permanently\./);
      assert.match(notices[1] ?? "", /staging instance, which is for tests/);
    });

    it("and stops without consent", async () => {
      const before = sigstore.requests("fulcio").length;
      const error = await failsWith("PUBLICATION_DECLINED", () => signIt(2, { confirm: async () => false }));
      assert.match(error.message, /Nothing was published/);
      assert.equal(sigstore.requests("fulcio").length, before);
      assert.ok(!existsSync(signature()));
    });
  });

  interface ServiceFailure {
    readonly what: string;
    readonly version?: 1 | 2;
    readonly service: Service;
    readonly fault: Fault;
    readonly code: ErrorCode;
    readonly published: RegExp;
    readonly says?: RegExp;
  }
  const slow: Fault = { kind: "slow", milliseconds: 5000 };
  const failures: readonly ServiceFailure[] = [
    ...([429, 500] as const).flatMap((status): ServiceFailure[] => {
      const fault: Fault = { kind: "status", status };
      const says = new RegExp(`status ${status}`);
      const after = status === 429 ? NOT_LOGGED : UNKNOWN;
      const issuing = status === 429 ? /Nothing was published\.$/ : /Whether a certificate .* is not known; nothing/;
      return [
        {
          what: `${status} from the authority`,
          service: "fulcio",
          fault,
          code: "SIGNING_CERTIFICATE_FAILED",
          published: issuing,
          says,
        },
        {
          what: `${status} from the timestamp authority`,
          service: "timestamps",
          fault,
          code: "SIGNING_TIMESTAMP_FAILED",
          published: NOT_LOGGED,
          says,
        },
        {
          what: `${status} from the log`,
          service: "rekor-v2",
          fault,
          code: "SIGNING_LOG_FAILED",
          published: after,
          says,
        },
        {
          what: `${status} from the old log`,
          version: 1,
          service: "rekor-v1",
          fault,
          code: "SIGNING_LOG_FAILED",
          published: after,
          says,
        },
      ];
    }),
    {
      what: "an authority that hangs up",
      service: "fulcio",
      fault: { kind: "reset" },
      code: "SIGNING_CERTIFICATE_FAILED",
      published: /nothing about the model was published\.$/,
    },
    {
      what: "a timestamp authority that hangs up",
      service: "timestamps",
      fault: { kind: "reset" },
      code: "SIGNING_TIMESTAMP_FAILED",
      published: NOT_LOGGED,
    },
    {
      what: "a log that hangs up",
      service: "rekor-v2",
      fault: { kind: "reset" },
      code: "SIGNING_LOG_FAILED",
      published: UNKNOWN,
    },
    {
      what: "an authority that does not answer",
      service: "fulcio",
      fault: slow,
      code: "SIGNING_CERTIFICATE_FAILED",
      published: /nothing about the model was published\.$/,
    },
    {
      what: "a timestamp authority that does not answer",
      service: "timestamps",
      fault: slow,
      code: "SIGNING_TIMESTAMP_FAILED",
      published: NOT_LOGGED,
    },
    {
      what: "a log that does not answer",
      service: "rekor-v2",
      fault: slow,
      code: "SIGNING_LOG_FAILED",
      published: UNKNOWN,
    },
    {
      what: "a certificate for another identity",
      service: "fulcio",
      fault: { kind: "other-identity" },
      code: "SIGNING_RESULT_INVALID",
      published: NOT_LOGGED,
      says: /gave a certificate for .* to alice@example\.com/,
    },
    {
      what: "a certificate in an unknown log",
      service: "fulcio",
      fault: { kind: "unknown-certificate-log" },
      code: "SIGNING_RESULT_INVALID",
      published: LOGGED,
      says: /log of certificates that the trust root does not know/,
    },
    {
      what: "a promise that does not verify",
      version: 1,
      service: "rekor-v1",
      fault: { kind: "bad-set" },
      code: "SIGNING_RESULT_INVALID",
      published: LOGGED,
      says: /inclusion promise/,
    },
    {
      what: "a proof that does not verify",
      service: "rekor-v2",
      fault: { kind: "bad-proof" },
      code: "SIGNING_RESULT_INVALID",
      published: LOGGED,
    },
    {
      what: "a proof that does not verify from the old log",
      version: 1,
      service: "rekor-v1",
      fault: { kind: "bad-proof" },
      code: "SIGNING_RESULT_INVALID",
      published: LOGGED,
    },
    {
      what: "a log with another key",
      service: "rekor-v2",
      fault: { kind: "wrong-log-key" },
      code: "SIGNING_RESULT_INVALID",
      published: LOGGED,
    },
    {
      what: "an old log with another key",
      version: 1,
      service: "rekor-v1",
      fault: { kind: "wrong-log-key" },
      code: "SIGNING_RESULT_INVALID",
      published: LOGGED,
    },
    {
      what: "a timestamp by an unknown authority",
      service: "timestamps",
      fault: { kind: "unknown-authority" },
      code: "SIGNING_RESULT_INVALID",
      published: LOGGED,
      says: /timestamp/,
    },
  ];
  describe("over an earlier signature", () => {
    const changed = () => writeTree(folder(), { "config.json": "{ }" });
    const signAgain = (subject: string, more: Partial<SignOptions> = {}) =>
      sign({
        model: folder(),
        signature: signature(),
        identity: { method: "sigstore", root: root(2), token: () => sigstore.token(subject), limits: QUICK },
        pool,
        ...more,
      });

    it("is by the same signer for the same identity and issuer, and asks nothing if nothing changed", async () => {
      await signAgain(ALICE);
      const { replaced } = await signAgain(ALICE, { confirmReplacement: () => assert.fail("asked") });
      assert.ok(replaced?.signer?.method === "sigstore");
      assert.deepEqual([replaced.signer.identity, replaced.changes.matches], [ALICE, true]);
    });

    it("rejects another identity before it requests a certificate, and accepts it if forced", async () => {
      await signAgain(ALICE);
      const before = readFileSync(signature(), "utf8");
      const requests = sigstore.requests("fulcio").length;
      const error = await failsWith("SIGNATURE_OTHER_SIGNER", () => signAgain("bob@example.com"));
      assert.match(error.message, /the signature there is by alice@example\.com/);
      assert.equal(sigstore.requests("fulcio").length, requests);
      assert.equal(readFileSync(signature(), "utf8"), before);
      await signAgain("bob@example.com", { force: true });
      assert.equal(await stateFor(2, "bob@example.com"), "verified");
    });

    it("rejects another workflow of the same provider before the model's digest is logged", async () => {
      const workflow = (ref: string) => `https://ci.example/acme/models/release.yml@${ref}`;
      await signAgain(workflow("v1"));
      const requests = sigstore.requests("rekor-v2").length;
      const error = await failsWith("SIGNATURE_OTHER_SIGNER", () => signAgain(workflow("v2")));
      assert.match(error.message, /is by https:.*@v1\..* was issued and stays in the log of certificates; nothing/);
      assert.equal(sigstore.requests("rekor-v2").length, requests);
    });

    it("rejects a signature whose payload was altered: it claims to be Alice's, and is not", async () => {
      await signAgain(ALICE);
      damageSignature(signature());
      const error = await failsWith("SIGNATURE_OTHER_SIGNER", () => signAgain(ALICE));
      assert.match(error.message, /does not verify as yours; it claims to be by alice@example\.com/);
    });

    it("asks about changed files before the login", async () => {
      await signAgain(ALICE);
      changed();
      let loggedIn = false;
      const token = () => {
        loggedIn = true;
        return sigstore.token(ALICE);
      };
      const identity = { method: "sigstore", root: root(2), token } as const;
      const asked: Replacement[] = [];
      const confirmReplacement = (replacement: Replacement) => {
        asked.push(replacement);
        assert.equal(loggedIn, false);
        return false;
      };
      await failsWith("SIGNATURE_REPLACEMENT_DECLINED", () => signAgain(ALICE, { identity, confirmReplacement }));
      assert.equal(loggedIn, false);
      assert.deepEqual(asked[0]?.changes.changed.names, ["config.json"]);
      assert.ok(asked[0]?.signer?.method === "sigstore" && asked[0].signer.identity === ALICE);
    });
  });

  describe("writes nothing, keeps what was there, and says what was published, after", () => {
    let earlier: string;
    before(async () => {
      const model = realpathSync.native(mkdtempSync(join(tmpdir(), "earlier-")));
      writeTree(model, FILES);
      const identity = { method: "sigstore", root: root(2), token } as const;
      await sign({ model, signature: join(model, "model.sig"), identity, pool });
      earlier = readFileSync(join(model, "model.sig"), "utf8");
      rmSync(model, { recursive: true });
    });
    for (const { what, version = 2, service, fault, code, published, says } of failures) {
      it(what, async () => {
        writeFileSync(signature(), earlier);
        sigstore.misbehave(service, fault);
        const error = await failsWith(code, () => signIt(version));
        assert.match(error.message, published);
        if (code !== "SIGNING_CERTIFICATE_FAILED") assert.match(error.message, ISSUED);
        if (says !== undefined) assert.match(error.message, says);
        assert.equal(readFileSync(signature(), "utf8"), earlier);
        assert.deepEqual(readdirSync(folder()).sort(), ["config.json", "model.safetensors", "model.sig"]);
        assertNoToken(error);
      });
    }

    it("a service that is not reachable", async () => {
      const config = root(2).signingConfig ?? assert.fail();
      const [authority] = config.caUrls;
      assert.ok(authority);
      const nowhere = { ...config, caUrls: [{ ...authority, url: "http://127.0.0.1:9" }] };
      const error = await failsWith("SIGNING_CERTIFICATE_FAILED", () =>
        signIt(2, { root: { ...root(2), signingConfig: nowhere } }),
      );
      assert.match(error.message, /127\.0\.0\.1:9 could not be used \(.*ECONNREFUSED/);
      assertNoToken(error);
    });

    it("a folder that appears in place of the file", async () => {
      const confirm = () => {
        mkdirSync(signature());
        return true;
      };
      const error = await failsWith("SIGNATURE_WOULD_OVERWRITE", () => signIt(2, { confirm }));
      assert.match(error.message, ISSUED);
      assert.match(error.message, LOGGED);
    });

    it("a token that the authority does not accept", async () => {
      const other = await sigstore.token(ALICE, { audience: "another audience" });
      const error = await failsWith("SIGNING_CERTIFICATE_FAILED", () => signIt(2, { token: other }));
      assert.match(
        error.message,
        /status 401: "There was an error processing the identity token"\. Check that the identity .*\. Nothing was published\.$/,
      );
      assertNoToken(error, other);
    });
  });

  describe("can be cancelled", () => {
    it("before any request", async () => {
      const before = sigstore.requests("fulcio").length;
      const aborted = AbortSignal.abort();
      await failsWith("CANCELLED", () => signIt(2, {}, aborted));
      const controller = new AbortController();
      const confirm = () => {
        controller.abort();
        return true;
      };
      const error = await failsWith("CANCELLED", () => signIt(2, { confirm }, controller.signal));
      assert.match(error.message, /Nothing was published/);
      assert.equal(sigstore.requests("fulcio").length, before);
    });

    const places: readonly (readonly [Service, RegExp])[] = [
      ["fulcio", /Whether a certificate .* is not known/],
      ["timestamps", NOT_LOGGED],
      ["rekor-v2", UNKNOWN],
    ];
    for (const [service, published] of places) {
      it(`while it waits for ${service}`, async () => {
        sigstore.misbehave(service, { kind: "slow", milliseconds: 20_000 });
        const controller = new AbortController();
        const before = sigstore.requests(service).length;
        const signing = signIt(2, { limits: { timeout: 15_000, logV2Timeout: 15_000 } }, controller.signal);
        signing.catch(() => undefined);
        while (sigstore.requests(service).length === before) await new Promise((done) => setImmediate(done));
        controller.abort();
        const error = await failsWith("CANCELLED", () => signing);
        assert.match(error.message, published);
        assert.ok(!existsSync(signature()));
      });
    }
  });

  describe("rejects before any file is read", () => {
    const unread = (more: Partial<SigstoreIdentity>, code: ErrorCode) => async () => {
      const identity: SigstoreIdentity = { method: "sigstore", root: root(2), token, ...more };
      const model = join(folder(), "no-such-model");
      assertNoToken(await failsWith(code, () => sign({ model, signature: signature(), identity, pool })));
    };

    it("a trust root without services", async () => {
      const known = await readTrustConfigFile(sigstore.trustedRootPath);
      await unread({ root: known }, "SIGNING_SERVICES")();
    });

    it("a token that has expired", async () => {
      await unread({ token: await sigstore.token(ALICE, { expiresIn: -60 }) }, "TOKEN_EXPIRED")();
    });

    it("a malformed token", unread({ token: "secret.secret" }, "TOKEN_MALFORMED"));

    it("a token whose e-mail address is not verified", async () => {
      const claims = { email_verified: false };
      await unread({ token: await sigstore.token(ALICE, { claims }) }, "TOKEN_EMAIL_UNVERIFIED")();
    });
  });

  /** In no message, detail or cause, however deep, and in no field that is printed. */
  function assertNoToken(error: ProvenanceError, given = token): void {
    const everything = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null });
    for (const part of given.split(".")) assert.ok(!everything.includes(part), "the token is in the error");
    assert.ok(!everything.includes("secret"));
  }
});
