import type { StraySignature } from "../model/folder-signatures.ts";
import { entryPath } from "../model/list-folder.ts";
import type { Ownership } from "../model/model-files.ts";
import { type Demand, matches, reaches } from "./demand.ts";

/** A folder of the walk, and what follows for it from the folders above. */
export interface Folder {
  /** Absolute. */
  readonly path: string;
  /** From the root of the patterns, `/` separated; `.` is the root. */
  readonly relative: string;
  /** Demands whose pattern matches this folder or one around it. */
  readonly matched: ReadonlySet<Demand>;
  /** Demands that are satisfied once the model that this folder is, or is in, is verified. */
  readonly satisfied: ReadonlySet<Demand>;
  /** Whether it is a signed or named model, or is in one. */
  readonly inModel: boolean;
  /** Signatures in folders above that belong to nothing there. */
  readonly strays: readonly StraySignature[];
  /** Which folders below belong to the unsigned model that it is, or is in. */
  readonly owner?: Ownership;
  /** Whether the model files in it belong to an unsigned model. */
  readonly isUnsigned?: boolean;
}

/** How demands apply to the folders of a walk. */
export class FolderRules {
  readonly demands: readonly Demand[];

  constructor(demands: readonly Demand[]) {
    this.demands = demands;
  }

  root(path: string): Folder {
    const none: ReadonlySet<Demand> = new Set();
    return this.#matching({ path, relative: ".", matched: none, satisfied: none, inModel: false, strays: [] });
  }

  child(folder: Folder, name: string): Folder {
    const path = entryPath(folder.path, name);
    return this.#matching({ ...folder, path, relative: relativeName(folder, name), isUnsigned: false });
  }

  /** The folder as a model that will be verified. */
  asModel(folder: Folder): Folder {
    return { ...this.#satisfying(folder, (demand) => demand.satisfiedBy(folder.relative)), inModel: true };
  }

  /** The folder as an unsigned model: only the demands of policies that cover it are satisfied. */
  asUnsigned(folder: Folder, owner: Ownership): Folder {
    return { ...this.#satisfying(folder, (demand) => demand.covers(folder.relative)), owner, isUnsigned: true };
  }

  /** Demands that a file in the folder can violate. */
  open({ relative, matched, satisfied }: Folder): Demand[] {
    return this.demands.filter(
      (demand) => !satisfied.has(demand) && (matched.has(demand) || reaches(demand, relative)),
    );
  }

  /** Demands that an entry of the folder that cannot be read violates. */
  reaching({ matched }: Folder, path: string): Demand[] {
    return this.demands.filter((demand) => (matched.has(demand) || reaches(demand, path)) && !demand.exemptsTree(path));
  }

  #matching(folder: Folder): Folder {
    const more = this.demands.filter((demand) => matches(demand, folder.relative));
    return more.length === 0 ? folder : { ...folder, matched: new Set([...folder.matched, ...more]) };
  }

  #satisfying(folder: Folder, isSatisfied: (demand: Demand) => boolean): Folder {
    return { ...folder, satisfied: new Set([...folder.satisfied, ...this.demands.filter(isSatisfied)]) };
  }
}

export function relativeName({ relative }: Folder, name: string): string {
  return relative === "." ? name : `${relative}/${name}`;
}
