import { join } from "node:path";
import { makeChain } from "../../support/certificates.ts";
import { makeKeys } from "../../support/keys.ts";
import { writeTree } from "../../support/temporary-folder.ts";
import type { Combination } from "./combinations.ts";
import type { Signer } from "./signed-model.ts";

/** Writes the files of a new signer, for the reference, and has them in memory, for us. */
export function makeSigner(
  folder: string,
  name: string,
  { method, curve }: Pick<Combination, "method" | "curve">,
): Signer {
  const at = (file: string): string => join(folder, `${name}-${file}`);
  const write = (files: Readonly<Record<string, string>>): void =>
    writeTree(folder, Object.fromEntries(Object.entries(files).map(([file, text]) => [`${name}-${file}`, text])));
  if (method === "key") {
    const { privatePem, publicPem } = makeKeys(curve);
    write({ "key.pem": privatePem, "key.pub": publicPem });
    return {
      ours: {
        identity: { method: "key", privateKey: { label: "key.pem", pem: privatePem } },
        trust: { keys: [{ label: "key.pub", pem: publicPem }] },
      },
      theirs: { sign: { kind: "key", privateKey: at("key.pem") }, verify: { kind: "key", publicKey: at("key.pub") } },
    };
  }
  const kind = { kind: curve };
  const { root, intermediate, leaf } = makeChain({ root: kind, intermediate: kind, leaf: kind });
  write({ "key.pem": leaf.keys.privatePem, "leaf.pem": leaf.pem, "chain.pem": intermediate.pem, "root.pem": root.pem });
  const privateKey = { label: "key.pem", pem: leaf.keys.privatePem };
  const chain = [{ label: "chain.pem", pem: intermediate.pem }];
  return {
    ours: {
      identity: { method: "certificate", privateKey, certificate: { label: "leaf.pem", pem: leaf.pem }, chain },
      trust: { certificates: { roots: [{ label: "root.pem", pem: root.pem }], identity: "alice@example.com" } },
    },
    theirs: {
      sign: { kind: "certificate", privateKey: at("key.pem"), certificate: at("leaf.pem"), chain: [at("chain.pem")] },
      verify: { kind: "certificate", roots: [at("root.pem")] },
    },
  };
}
