import type { InvalidPolicyFile, PolicySet } from "../core/policy/evaluate.ts";
import type { PolicyFile } from "../core/policy/read-policies.ts";

/** The policies of a model as data: what they say is read where it is needed. */
export interface PolicySource {
  /** Absolute paths of the person's own policy files, and of those of the workspace folder. */
  readonly user: readonly string[];
  readonly workspace: readonly string[];
  /** Files that cannot be read for a reason that is not in them. */
  readonly invalid: readonly InvalidPolicyFile[];
  /** Another number where the files may have changed. */
  readonly generation: number;
  readonly workspaceTrusted: boolean;
  /** The workspace folder: signatures that policies name stay in it. */
  readonly folder: string;
  /** The model's path in that folder, `/` separated; `.` is the folder itself. */
  readonly path: string;
}

/** Policy files as read and compiled, of the latest generation. */
export class PolicyCache {
  #generation = -1;
  readonly #files = new Map<string, Promise<PolicyFile>>();

  /** Reads what was not read in this generation. */
  async read({ generation, user, workspace, invalid }: PolicySource): Promise<PolicySet> {
    const { policySetOf } = await import("../core/policy/policy-files.ts");
    if (generation !== this.#generation) this.#files.clear();
    this.#generation = generation;
    const read = (paths: readonly string[]) => Promise.all(paths.map((path) => this.#file(path)));
    const set = policySetOf(await read(user), await read(workspace));
    return { ...set, invalid: [...invalid, ...set.invalid] };
  }

  #file(path: string): Promise<PolicyFile> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const file = import("../core/policy/read-policies.ts").then(({ readPolicyFile }) => readPolicyFile(path));
    this.#files.set(path, file);
    file.catch(() => this.#files.delete(path));
    return file;
  }
}
