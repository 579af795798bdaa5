import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { peekSignature } from "../../../../src/core/model/peek-signature.ts";
import {
  bundleText,
  fileResources,
  type JsonObject,
  makeStatement,
  PREDICATE_TYPE,
  shardResources,
  signBundle,
} from "../../../support/bundles.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

const keys = makeKeys();
const statement = makeStatement(fileResources({ a: "a", b: "b" }), { name: "llama" });

function envelope(payload: string | JsonObject): string {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return JSON.stringify({ dsseEnvelope: { payload: Buffer.from(text).toString("base64") } });
}

describe("peekSignature, of a file's content", () => {
  const folder = useTemporaryFolder();
  const looksLikeOmsBundle = (text: string | Buffer): boolean => {
    const path = join(folder(), "content.sig");
    writeFileSync(path, text);
    return peekSignature(path).length > 0;
  };

  const yes: Readonly<Record<string, string>> = {
    "a bundle": bundleText(signBundle(statement, { keys })),
    "an indented bundle": JSON.stringify(signBundle(statement, { keys }), undefined, 2),
    "the deprecated predicate": envelope({ ...statement, predicateType: "https://model_signing/Digests/v0.1" }),
    "escaped slashes": envelope(JSON.stringify(statement).replaceAll("/", "\\/")),
    "an indented statement": envelope(JSON.stringify(statement, undefined, 2)),
    "a bundle without a media type": envelope(statement),
    "a bundle on the second line": `${envelope({ predicateType: "other" })}\n${envelope(statement)}\n`,
    "a bundle that is cut off": bundleText(signBundle(statement, { keys })).slice(0, 900),
  };
  for (const [what, text] of Object.entries(yes)) {
    it(`recognizes ${what}`, () => assert.equal(looksLikeOmsBundle(text), true));
  }

  const no: Readonly<Record<string, string>> = {
    nothing: "",
    "a bare Base64 signature": "MEUCIQDx0pT2d1Jmw3O0c5v0k1g=\n",
    "another predicate": bundleText(
      signBundle({ ...statement, predicateType: "https://slsa.dev/provenance/v1" }, { keys }),
    ),
    "the predicate type as a longer text": envelope({ ...statement, predicateType: `${PREDICATE_TYPE}.1` }),
    "the predicate type outside the payload": JSON.stringify({ predicateType: PREDICATE_TYPE, payload: "e30=" }),
    "a detached Sigstore signature": JSON.stringify({ mediaType: "x", messageSignature: { signature: "AAAA" } }),
    "bytes that are no text": "\u0000\u0001\ufffd",
  };
  for (const [what, text] of Object.entries(no)) {
    it(`rejects ${what}`, () => assert.equal(looksLikeOmsBundle(text), false));
  }
});

describe("peekSignature", () => {
  const folder = useTemporaryFolder();

  function peek(text: string) {
    const path = join(folder(), "x.sig");
    writeFileSync(path, text);
    const [claim] = peekSignature(path);
    return claim && { ...("subject" in claim && { subject: claim.subject }), singleFile: claim.singleFile };
  }

  it("returns the subject, and that several files are not a single file", () => {
    assert.deepEqual(peek(envelope(statement)), { subject: "llama", singleFile: false });
  });

  it("recognizes a single-file model by `.`, by the subject's name, and in shards", () => {
    const single = { subject: "m.gguf", singleFile: true };
    const files = fileResources({ ".": "a" });
    assert.deepEqual(peek(envelope(makeStatement(files, { name: "m.gguf" }))), single);
    assert.deepEqual(peek(envelope(makeStatement(fileResources({ "m.gguf": "a" }), { name: "m.gguf" }))), single);
    for (const name of [".", "m.gguf"]) {
      const shards = shardResources({ [name]: "abcdef" }, 2);
      assert.equal(shards.length, 3);
      assert.deepEqual(peek(envelope(makeStatement(shards, { name: "m.gguf" }))), single);
    }
  });

  it("does not mistake a folder of one file for a single file", () => {
    const claim = peek(envelope(makeStatement(fileResources({ "m.gguf": "a" }), { name: "folder" })));
    assert.deepEqual(claim, { subject: "folder", singleFile: false });
  });

  it("recognizes a signature with a statement that it cannot read", () => {
    const typed = `"predicateType":"${PREDICATE_TYPE}"`;
    assert.deepEqual(peek(envelope(`{${typed}`)), { singleFile: false });
    assert.deepEqual(peek(envelope(`{${typed},"subject":[]}`)), { singleFile: false });
    assert.deepEqual(peek(envelope(`{${typed},"subject":[{"name":7}],"predicate":{}}`)), { singleFile: false });
  });

  it("returns a sample of the files, those of shards once, and those of the deprecated layout", () => {
    const files = (text: string) => {
      writeFileSync(join(folder(), "x.sig"), text);
      return peekSignature(join(folder(), "x.sig")).map((claim) => claim.files);
    };
    assert.deepEqual(files(envelope(statement)), [["a", "b"]]);
    assert.deepEqual(files(envelope(makeStatement(shardResources({ a: "abcd", b: "" }, 2)))), [["a"]]);
    const names = Array.from({ length: 1000 }, (_, i) => `f${String(i).padStart(3, "0")}`);
    const [sample = []] = files(envelope(makeStatement(fileResources(Object.fromEntries(names.map((n) => [n, "x"]))))));
    assert.equal(sample.length, 32);
    assert.ok((sample.at(-1) ?? "") > "f960");
    const legacy = { predicateType: "https://model_signing/Digests/v0.1", subject: [{ name: "a" }, { name: "c" }] };
    assert.deepEqual(files(envelope(legacy)), [["a", "c"]]);
  });

  it("reads every bundle of a file with one per line", () => {
    const other = makeStatement(fileResources({ c: "c" }), { name: "phi" });
    writeFileSync(
      join(folder(), "claims.jsonl"),
      `${envelope(statement)}\n${envelope({ predicateType: "x" })}\n${envelope(other)}\n`,
    );
    assert.deepEqual(
      peekSignature(join(folder(), "claims.jsonl")).map(({ subject }) => subject),
      ["llama", "phi"],
    );
  });

  it("reads the subject of a statement too long to be parsed here", () => {
    const files = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`file-${i}`, "x"]));
    const long = makeStatement(fileResources(files), { name: 'quoted "llama" ü' });
    assert.deepEqual(peek(envelope(long)), { subject: 'quoted "llama" ü', singleFile: false });
    assert.deepEqual(peek(envelope({ ...long, subject: [] })), { singleFile: false });
  });

  it("reads only the beginning of a large file, whatever the order of the statement's members", () => {
    const resources = Array.from({ length: 60_000 }, (_, i) => ({ name: `f${i}`, digest: "ab".repeat(32) }));
    const { _type, subject, predicateType } = statement;
    const typed = envelope({
      _type: _type ?? "",
      subject: subject ?? "",
      predicateType: predicateType ?? "",
      predicate: { resources },
    });
    const sorted = envelope({ _type: _type ?? "", predicate: { resources }, predicateType: predicateType ?? "" });
    const other = envelope({ _type: _type ?? "", predicateType: "other", predicate: { resources } });
    assert.ok(Math.min(typed.length, sorted.length, other.length) > 5_000_000);
    assert.deepEqual(peek(typed), { subject: "llama", singleFile: false });
    assert.deepEqual(peek(sorted), { singleFile: false });
    assert.equal(peek(other), undefined);
  });

  it("returns nothing for what is missing, empty or a folder", () => {
    assert.deepEqual(peekSignature(join(folder(), "nowhere")), []);
    assert.deepEqual(peekSignature(folder()), []);
    assert.equal(peek(""), undefined);
  });

  it("does not block on a pipe", function () {
    if (process.platform === "win32") this.skip();
    mkdirSync(join(folder(), "sub"));
    execFileSync("mkfifo", [join(folder(), "sub", "model.sig")]);
    assert.deepEqual(peekSignature(join(folder(), "sub", "model.sig")), []);
  });

  it("returns nothing if the statement is cut off before its type", () => {
    const path = join(folder(), "x.sig");
    writeFileSync(path, envelope(statement));
    const length = readFileSync(path).indexOf('"payload"') + 60;
    truncateSync(path, length);
    assert.deepEqual(peekSignature(path), []);
  });
});
