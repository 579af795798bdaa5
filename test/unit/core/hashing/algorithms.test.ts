import assert from "node:assert/strict";
import fc from "fast-check";
import {
  chooseImplementation,
  createDigest,
  IMPLEMENTATIONS,
  type MessageDigest,
} from "../../../../src/core/hashing/algorithms.ts";
import type { HashAlgorithm } from "../../../../src/core/hashing/digest-request.ts";
import { pattern } from "../../../support/listed-files.ts";

/** Published: FIPS 180-4 examples, RFC 7693 appendix A, the BLAKE3 authors' test vectors. Bytes of `pattern` unless given. */
const VECTORS: Readonly<Record<HashAlgorithm, readonly (readonly [Uint8Array, string])[]>> = {
  sha256: [
    [Buffer.from(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    [Buffer.from("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [Buffer.alloc(1_000_000, "a"), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
  ],
  blake2b: [
    [
      Buffer.from(""),
      "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce",
    ],
    [
      Buffer.from("abc"),
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    ],
    [
      pattern(1_000_000),
      "0fc0f49b5886b793067c8d54d2dc87a04905e94b0bbc714ed973bdcb2160ebc9655229ab2d977ca5751d558c7fa5508b0d30f548bf959f499174dec615d4915d",
    ],
  ],
  blake3: [
    [pattern(0), "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"],
    [pattern(1), "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"],
    [pattern(1023), "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"],
    [pattern(1024), "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"],
    [pattern(1025), "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"],
    [pattern(2048), "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"],
    [pattern(2049), "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"],
    [pattern(3072), "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2"],
    [pattern(3073), "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3"],
    [pattern(4096), "015094013f57a5277b59d8475c0501042c0b642e531b0a1c8f58d2163229e969"],
    [pattern(4097), "9b4052b38f1c5fc8b1f9ff7ac7b27cd242487b3d890d15c96a1c25b8aa0fb995"],
    [pattern(5120), "9cadc15fed8b5d854562b26a9536d9707cadeda9b143978f319ab34230535833"],
    [pattern(5121), "628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff"],
    [pattern(6144), "3e2e5b74e048f3add6d21faab3f83aa44d3b2278afb83b80b3c35164ebeca205"],
    [pattern(6145), "f1323a8631446cc50536a9f705ee5cb619424d46887f3c376c695b70e0f0507f"],
    [pattern(7168), "61da957ec2499a95d6b8023e2b0e604ec7f6b50e80a9678b89d2628e99ada77a"],
    [pattern(7169), "a003fc7a51754a9b3c7fae0367ab3d782dccf28855a03d435f8cfe74605e7817"],
    [pattern(8192), "aae792484c8efe4f19e2ca7d371d8c467ffb10748d8a5a1ae579948f718a2a63"],
    [pattern(8193), "bab6c09cb8ce8cf459261398d2e7aef35700bf488116ceb94a36d0f5f1b7bc3b"],
    [pattern(16384), "f875d6646de28985646f34ee13be9a576fd515f76b5b0a26bb324735041ddde4"],
    [pattern(31744), "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"],
    [pattern(102400), "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"],
  ],
};

const ALGORITHMS = ["sha256", "blake2b", "blake3"] as const;

/** What this machine has, and must have. */
const PRESENT: Readonly<Record<HashAlgorithm, readonly string[]>> = {
  sha256: ["node:crypto"],
  blake2b: ["node:crypto", "hash-wasm"],
  blake3: ["hash-wasm"],
};

async function load(algorithm: HashAlgorithm): Promise<Map<string, MessageDigest>> {
  const found = new Map<string, MessageDigest>();
  for (const implementation of IMPLEMENTATIONS[algorithm]) {
    try {
      found.set(implementation.name, (await chooseImplementation(algorithm, [implementation])).digest);
    } catch {
      assert.ok(!PRESENT[algorithm].includes(implementation.name), implementation.name);
    }
  }
  return found;
}

describe("createDigest", function () {
  this.timeout(60_000);

  for (const algorithm of ALGORITHMS) {
    it(`has the published results for ${algorithm}, in one piece and in pieces of any size, one message after the other`, async () => {
      for (const [name, digest] of await load(algorithm)) {
        for (const [bytes, expected] of VECTORS[algorithm]) {
          assert.equal(digest.whole(bytes), expected, name);
          for (const piece of [1, 63, 64, 65, 1000, 1024, 4096, 65_537]) {
            if (bytes.length / piece > 20_000) continue;
            digest.begin();
            for (let at = 0; at < bytes.length; at += piece) digest.update(bytes.subarray(at, at + piece));
            assert.equal(digest.end(), expected, `${name}: ${bytes.length} bytes in pieces of ${piece}`);
          }
        }
      }
    });

    it(`discards an unfinished message of ${algorithm}`, async () => {
      for (const [name, digest] of await load(algorithm)) {
        digest.begin();
        digest.update(pattern(500_000));
        digest.begin();
        const [empty] = VECTORS[algorithm];
        assert.equal(digest.end(), empty?.[1], name);
      }
    });

    it(`gives the same digest with every implementation of ${algorithm}, however the input is split`, async () => {
      const digests = [...(await load(algorithm)).values()];
      const pieces = fc.array(fc.oneof(fc.nat(200), fc.nat(5000), fc.nat(300_000)), { maxLength: 6 });
      fc.assert(
        fc.property(pieces, fc.nat(255), (lengths, seed) => {
          const parts = lengths.map((length, at) => pattern(length + seed + at).subarray(seed + at));
          const whole = Buffer.concat(parts);
          const answers = new Set<string>();
          for (const digest of digests) {
            answers.add(digest.whole(whole));
            digest.begin();
            for (const part of parts) digest.update(part);
            answers.add(digest.end());
          }
          assert.equal(answers.size, 1);
        }),
      );
    });
  }

  it("returns independent digests", async () => {
    for (const algorithm of ALGORITHMS) {
      const [one, other] = [await createDigest(algorithm), await createDigest(algorithm)];
      one.begin();
      one.update(pattern(1000));
      other.begin();
      other.update(pattern(5));
      one.update(pattern(1));
      assert.equal(one.end(), other.whole(Buffer.concat([pattern(1000), pattern(1)])), algorithm);
    }
  });

  it("uses the next implementation if one is missing, fails, or is wrong", async () => {
    const [good] = IMPLEMENTATIONS.sha256;
    assert.ok(good);
    const wrong = await createDigest("blake3");
    const bad = [
      { name: "missing", create: () => undefined },
      { name: "throws", create: () => assert.fail("not for this machine") },
      { name: "rejects", create: () => Promise.reject(new Error("not for this machine")) },
      { name: "wrong", create: () => wrong },
      { name: "wrong at once only", create: async () => ({ ...(await createDigest("sha256")), whole: () => "00" }) },
    ];
    const { digest, implementation } = await chooseImplementation("sha256", [...bad, good]);
    assert.equal(implementation, good);
    assert.equal(digest.whole(Buffer.from("")), VECTORS.sha256[0]?.[1]);
    await assert.rejects(chooseImplementation("sha256", bad), /no working implementation of sha256/);
  });
});
