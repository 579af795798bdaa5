import { type ForgedCase, rejectsForged, useForge } from "../../../../support/sigstore/forged-bundle-check.ts";
import { signCheckpoint } from "../../../../support/sigstore/log-key.ts";

type Json = ReturnType<typeof JSON.parse>;

const ended = { start: "2020-01-01T00:00:00Z", end: "2020-12-31T00:00:00Z" };
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const proofOf = (material: Json) => material.tlogEntries[0].inclusionProof;
const checkpoint =
  (change: (lines: string[]) => string): NonNullable<ForgedCase["alter"]> =>
  (material) => {
    const { checkpoint } = proofOf(material);
    checkpoint.envelope = change(checkpoint.envelope.split("\n"));
  };
const noteOf = (proof: Json): [number, Buffer] => [Number(proof.treeSize), Buffer.from(proof.rootHash, "base64")];

const LOG: readonly ForgedCase[] = [
  {
    title: "a promise of the log about another time",
    alter: ({ tlogEntries: [entry] }) =>
      Object.assign(entry, { integratedTime: String(Number(entry.integratedTime) + 1) }),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /inclusion promise could not be verified/,
  },
  {
    title: "a promise of the log about another position",
    alter: ({ tlogEntries: [entry] }) => Object.assign(entry, { logIndex: "7" }),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /inclusion promise could not be verified/,
  },
  {
    title: "a log that the root does not know, though its key verified",
    root: (json) => ({
      ...json,
      tlogs: json.tlogs.map((log: Json) => ({ ...log, logId: { keyId: base64(Buffer.alloc(32)) } })),
    }),
    code: "SIGSTORE_LOG_UNKNOWN",
    detail: /inclusion promise could not be verified/,
  },
  {
    title: "a promise of a log whose period had ended",
    root: (json) => ({
      ...json,
      tlogs: json.tlogs.map((log: Json) => ({ ...log, publicKey: { ...log.publicKey, validFor: ended } })),
    }),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /inclusion promise could not be verified/,
  },
  {
    title: "an entry of one log that claims another, known one",
    make: () => ({ kind: "hashedrekord/0.0.2" }),
    alter: ({ tlogEntries: [entry] }, { logs }) => Object.assign(entry.logId, { keyId: base64(logs[1].id) }),
    code: "SIGSTORE_LOG_UNKNOWN",
    detail: /invalid checkpoint signature/,
  },
  {
    title: "a checkpoint by another key",
    make: () => ({ kind: "hashedrekord/0.0.2" }),
    alter: (material, { logs }) => {
      const proof = proofOf(material);
      const stranger = { ...logs[2], sign: logs[1].sign };
      proof.checkpoint.envelope = signCheckpoint(stranger, "log2.example", "log2.example", ...noteOf(proof));
    },
    code: "SIGSTORE_LOG_ENTRY",
    detail: /invalid checkpoint signature/,
  },
  {
    title: "a checkpoint that was altered",
    alter: checkpoint(([origin, size, ...rest]) => [origin, `0${size}`, ...rest].join("\n")),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /invalid checkpoint signature/,
  },
  {
    title: "a checkpoint that another name signed",
    make: () => ({ kind: "hashedrekord/0.0.2" }),
    alter: (material, { logs }) => {
      const proof = proofOf(material);
      proof.checkpoint.envelope = signCheckpoint(logs[2], "else.example", "log2.example", ...noteOf(proof));
    },
    code: "SIGSTORE_LOG_ENTRY",
    detail: /invalid checkpoint signature/,
  },
  {
    title: "a checkpoint of a log that the root knows by another name",
    make: () => ({ kind: "hashedrekord/0.0.2" }),
    root: (json) => ({ ...json, tlogs: json.tlogs.map((log: Json) => ({ ...log, baseUrl: "https://else.example" })) }),
    code: "SIGSTORE_LOG_UNKNOWN",
    detail: /invalid checkpoint signature/,
  },
  {
    title: "a checkpoint whose signature is marked as another key's",
    alter: checkpoint((lines) => lines.map((line) => line.replace(/(?<=^\u2014 \S+ )..../, "AAAA")).join("\n")),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /invalid checkpoint signature/,
  },
  {
    title: "a checkpoint without a signature",
    alter: checkpoint((lines) => `${lines.slice(0, 3).join("\n")}\n\n`),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /no signatures found/,
  },
  {
    title: "a checkpoint without an empty line",
    alter: checkpoint((lines) => lines.filter((line) => line !== "").join("\n")),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /missing checkpoint separator/,
  },
  {
    title: "a checkpoint with a signature of four bytes",
    alter: checkpoint(([origin, size, root]) => `${origin}\n${size}\n${root}\n\n\u2014 log1.example AAAAAA==\n`),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /malformed checkpoint signature/,
  },
  {
    title: "a checkpoint without a root",
    alter: checkpoint(([origin, size, , ...rest]) => [origin, size, ...rest].join("\n")),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /too few lines/,
  },
  {
    title: "a checkpoint whose size is no number",
    alter: checkpoint(([origin, , ...rest]) => [origin, "many", ...rest].join("\n")),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /invalid checkpoint log size/,
  },
  {
    title: "a proof with a hash left out",
    alter: (material) => proofOf(material).hashes.pop(),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /invalid hash count/,
  },
  {
    title: "a proof of a position past the end of the log",
    alter: (material) => Object.assign(proofOf(material), { logIndex: proofOf(material).treeSize }),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /invalid index/,
  },
  {
    title: "a proof with another hash",
    alter: (material) => proofOf(material).hashes.splice(0, 1, base64(Buffer.alloc(32))),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /does not match inclusion proof/,
  },
  {
    title: "a proof that names another size than the checkpoint",
    alter: (material) => Object.assign(proofOf(material), { treeSize: "1000" }),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /not about the log's checkpoint/,
  },
  {
    title: "a proof that names another root than the checkpoint",
    alter: (material) => Object.assign(proofOf(material), { rootHash: base64(Buffer.alloc(32)) }),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /not about the log's checkpoint/,
  },
  {
    title: "an entry of version 2 with two positions",
    make: () => ({ kind: "hashedrekord/0.0.2" }),
    alter: ({ tlogEntries: [entry] }) => Object.assign(entry, { logIndex: "0" }),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /two positions in the log/,
  },
  {
    title: "the same entry twice",
    make: () => ({ kind: "hashedrekord/0.0.2" }),
    alter: ({ tlogEntries }) => tlogEntries.push(tlogEntries[0]),
    code: "SIGSTORE_LOG_ENTRY",
    detail: /duplicate tlog entry/,
  },
];

describe("a keyless signature whose log entry is forged", () => {
  const forge = useForge();

  describe("is rejected with", () => {
    for (const { title, ...rest } of LOG) it(title, () => rejectsForged(forge(), rest));
  });
});
