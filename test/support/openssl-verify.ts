import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProvenanceError } from "../../src/core/errors.ts";
import { validatePath } from "../../src/core/verification/certificate-path.ts";
import { parseCertificate } from "../../src/core/verification/certificates.ts";
import { chainOf, Random, randomChain, type TestChain } from "./random-chains.ts";

/** Why OpenSSL cannot be compared with here; undefined where it can. */
export function noOpenssl(): string | undefined {
  const { stdout } = spawnSync("openssl", ["version"], { encoding: "utf8" });
  const [, major] = /^OpenSSL (\d+)\./.exec(stdout ?? "") ?? [];
  return Number(major) >= 3 ? undefined : "needs OpenSSL 3 or newer";
}

/** The result of one of the two for a path: undefined if it is valid, or why it is not. */
export type Opinion = string | undefined;

/** What `openssl verify` says. It checks names, signatures and validity, and no purpose. */
export function opensslOpinion({ leaf, intermediates, root }: TestChain, folder: string): Promise<Opinion> {
  const file = (name: string, ders: readonly Buffer[]): string => {
    const path = join(folder, name);
    writeFileSync(path, ders.map(pem).join(""));
    return path;
  };
  const untrusted = intermediates.length === 0 ? [] : ["-untrusted", file("intermediates.pem", intermediates)];
  const args = ["verify", "-no-CApath", "-no-CAstore", "-CAfile", file("root.pem", [root]), ...untrusted];
  return new Promise((resolve, reject) => {
    execFile("openssl", [...args, file("leaf.pem", [leaf])], (error, _, stderr) => {
      if (error === null) resolve(undefined);
      else if (/^error \d+ at/m.test(stderr)) resolve(stderr);
      else reject(error);
    });
  });
}

/** What this program says. */
export function ownOpinion({ leaf, intermediates, root }: TestChain): Opinion {
  const parse = (der: Buffer) => parseCertificate(der, "chain", "CERTIFICATE_MALFORMED");
  try {
    validatePath(parse(leaf), intermediates.map(parse), [parse(root)], new Date(), "chain");
    return undefined;
  } catch (error) {
    if (error instanceof ProvenanceError) return error.message;
    throw error;
  }
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/**
 * Compares this program with OpenSSL on random chains: they agree on every one. Chains on which they do not agree on
 * purpose are not among them; `unit/core/verification/openssl.test.ts` lists those.
 *
 * @returns how many of them were valid
 */
export async function compareRandomChains(count: number, seed: number, folder: string): Promise<number> {
  let valid = 0;
  for (let index = 0; index < count; index++) {
    const parts = randomChain(new Random(seed + index));
    const chain = chainOf(parts);
    const own = ownOpinion(chain);
    const openssl = await opensslOpinion(chain, folder);
    const shown = () =>
      `seed ${seed + index}\nown: ${own}\nOpenSSL: ${openssl}\n${JSON.stringify(parts, undefined, 1)}`;
    assert.equal(own === undefined, openssl === undefined, shown());
    if (own === undefined) valid++;
  }
  return valid;
}
