import { fail } from "../core/errors.ts";
import type { PolicySet } from "../core/policy/evaluate.ts";
import type { Policy } from "../core/policy/policy.ts";
import type { PolicyFile } from "../core/policy/read-policies.ts";

/** The policies of a model, by their files: the engine reads them. */
export interface PolicySource {
  /** Absolute paths of the user's policy files, and of those of the workspace folder. */
  readonly user: readonly string[];
  readonly workspace: readonly string[];
  /** Changes where the files may have changed. */
  readonly generation: number;
  readonly workspaceTrusted: boolean;
  /** The workspace folder: signatures that policies name stay in it. */
  readonly folder: string;
  /** The model's path in that folder, `/` separated; `.` is the folder itself. */
  readonly path: string;
}

/** Policy files of the latest generation, parsed and compiled. */
export class PolicyCache {
  #generation = -1;
  readonly #files = new Map<string, Promise<PolicyFile>>();

  async read({ generation, user, workspace }: PolicySource): Promise<PolicySet> {
    const { policySetOf } = await import("../core/policy/policy-files.ts");
    if (generation !== this.#generation) this.#files.clear();
    this.#generation = generation;
    const read = (paths: readonly string[]) => Promise.all(paths.map((path) => this.#file(path)));
    return policySetOf(await read(user), await read(workspace));
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

/** One policy of a file: where it starts, and the file's text where that is not on the disk yet. */
export interface PolicyLocation {
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  readonly text?: string;
}

/** @throws ProvenanceError POLICY_INVALID where there is no valid policy at the location */
export async function readPolicyAt({ file, line, text }: PolicyLocation): Promise<Policy> {
  const { readPolicies, readPolicyFile } = await import("../core/policy/read-policies.ts");
  const { policies } = text === undefined ? await readPolicyFile(file) : await readPolicies(Buffer.from(text), file);
  const policy = policies.find(({ location }) => location.line === line);
  if (policy !== undefined) return policy;
  fail("POLICY_INVALID", `There is no policy in line ${line} of ${file} any more. Try again.`, { file, line });
}
