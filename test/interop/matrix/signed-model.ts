import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import { type SigningIdentity, sign } from "../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../src/core/operations/verify/verify.ts";
import type { Trust } from "../../../src/core/trust.ts";
import { writeTree } from "../../support/temporary-folder.ts";
import type { ReferenceResult } from "../reference.ts";
import type { ReferenceHashing, ReferenceLibrary, SignMethod, VerifyMethod } from "../reference-library.ts";
import type { Combination } from "./combinations.ts";

/** The same signer for both: files are in the folder, or paths are absolute. */
export interface Signer {
  readonly ours: { readonly identity: SigningIdentity; readonly trust: Trust };
  readonly theirs: { readonly sign: SignMethod; readonly verify: VerifyMethod };
}

const FILES = {
  "config.json": "{}",
  "weights/model.bin": "0123456789",
  "cache/x": "left out, perhaps",
  ".gitattributes": "*.bin filter=lfs",
  ".git/HEAD": "ref: refs/heads/main",
};

/** One model in a folder of its own, signed and verified by us and by the reference. */
export class SignedModel {
  readonly #folder: string;
  readonly #combination: Combination;
  readonly #reference: ReferenceLibrary;
  readonly #pool: HashPool;

  constructor(folder: string, combination: Combination, reference: ReferenceLibrary, pool: HashPool) {
    this.#folder = folder;
    this.#combination = combination;
    this.#reference = reference;
    this.#pool = pool;
    this.write();
  }

  /** The model as it is signed. */
  write(): void {
    if (this.#isFile) writeTree(this.#folder, { [this.#model]: "weights" });
    else writeTree(join(this.#folder, this.#model), FILES);
    if (this.#combination.links === "none") return;
    writeTree(this.#folder, { outside: "content of a link" });
    for (const [name, target] of Object.entries({ inside: "config.json", outside: "../outside" })) {
      rmSync(join(this.#folder, this.#model, name), { force: true });
      symlinkSync(target, join(this.#folder, this.#model, name));
    }
  }

  async signHere({ ours }: Signer): Promise<void> {
    const { hashing, links } = this.#combination;
    await sign({
      model: join(this.#folder, this.#model),
      signature: join(this.#folder, this.#signature),
      identity: ours.identity,
      algorithm: hashing.ours,
      ...(hashing.shardSize !== undefined && { shardSize: hashing.shardSize }),
      ignorePaths: this.#ignored,
      ignoreGitPaths: this.#ignoresGit,
      allowSymlinks: links === "followed",
      pool: this.#pool,
    });
  }

  signThere({ theirs }: Signer): Promise<ReferenceResult> {
    return this.#reference.call({ action: "sign", ...this.#request, method: theirs.sign, hashing: this.#hashing });
  }

  async verifyHere({ ours }: Signer): Promise<string> {
    const model = join(this.#folder, this.#model);
    const signature = join(this.#folder, this.#signature);
    return (await verify({ model, signature, trust: ours.trust, pool: this.#pool })).state;
  }

  verifyThere({ theirs }: Signer): Promise<ReferenceResult> {
    return this.#reference.call({ action: "verify", ...this.#request, method: theirs.verify, hashing: this.#hashing });
  }

  /** What can be done to a model and its signature, by name. Each is undone by {@link write} and {@link restore}. */
  tamper(): Readonly<Record<string, () => void>> {
    const at = (name: string): string => join(this.#folder, this.#model, name);
    const signed: Record<string, () => void> = this.#isFile
      ? { "a file changed": () => writeFileSync(join(this.#folder, this.#model), "weightz") }
      : {
          "a file changed": () => writeFileSync(at("weights/model.bin"), "0123456788"),
          "a file removed": () => rmSync(at("config.json")),
          "a file added": () => writeFileSync(at("weights/added.bin"), "added"),
        };
    return { ...signed, "the statement changed": () => this.#changeStatement() };
  }

  restore(bundle: Buffer): void {
    if (!this.#isFile) rmSync(join(this.#folder, this.#model, "weights", "added.bin"), { force: true });
    this.write();
    writeFileSync(join(this.#folder, this.#signature), bundle);
  }

  read(): Buffer {
    return readFileSync(join(this.#folder, this.#signature));
  }

  removeSignature(): void {
    rmSync(join(this.#folder, this.#signature));
  }

  /** One hex digit of the first digest. */
  #changeStatement(): void {
    const bundle = JSON.parse(this.read().toString("utf8"));
    const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString("utf8");
    const changed = payload.replace(/"([0-9a-f])([0-9a-f]{63,})"/, (_, digit: string, rest: string) => {
      return `"${digit === "0" ? "1" : "0"}${rest}"`;
    });
    bundle.dsseEnvelope.payload = Buffer.from(changed).toString("base64");
    writeFileSync(join(this.#folder, this.#signature), JSON.stringify(bundle));
  }

  get #isFile(): boolean {
    return this.#combination.shape === "single file";
  }

  get #model(): string {
    return this.#isFile ? "m.gguf" : "model";
  }

  get #signature(): string {
    return this.#combination.shape === "folder, signature inside" ? "model/model.sig" : "model.sig";
  }

  get #ignored(): string[] {
    return this.#combination.ignoring === "a folder" && !this.#isFile ? ["cache"] : [];
  }

  get #ignoresGit(): boolean {
    return this.#combination.ignoring !== "nothing";
  }

  get #request(): { readonly model: string; readonly signature: string; readonly cwd: string } {
    return { model: this.#model, signature: this.#signature, cwd: this.#folder };
  }

  get #hashing(): ReferenceHashing {
    const { hashing, links } = this.#combination;
    return {
      algorithm: hashing.theirs,
      ...(hashing.shardSize !== undefined && { shardSize: hashing.shardSize }),
      ignored: this.#ignored,
      ignoreGit: this.#ignoresGit,
      allowSymlinks: links === "followed",
    };
  }
}
