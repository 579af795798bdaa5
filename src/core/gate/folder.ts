import type { FoundModel } from "../model/find-models.ts";
import { entryPath } from "../model/list-folder.ts";
import type { Owns } from "../model/model-files.ts";
import { type Demand, isAnsweredBy, matches, reaches } from "./demand.ts";

/** A folder of the walk, and what is known of it from above. */
export interface Folder {
  /** Absolute. */
  readonly path: string;
  /** From the root of the patterns, `/` separated; `.` is the root. */
  readonly relative: string;
  /** Demands whose pattern matches this folder or one around it. */
  readonly matched: ReadonlySet<Demand>;
  /** Demands that a model around this folder, or the folder itself, answers for. */
  readonly answered: ReadonlySet<Demand>;
  /** Whether it is a model that is signed or named, or lies in one. */
  readonly inModel: boolean;
  /** What the unsigned model that it is or lies in takes for its parts. */
  readonly owner?: Owns;
  /** Whether the model files in it belong to an unsigned model, which is the folder or lies around it. */
  readonly isUnsigned?: boolean;
}

/** What all folders of a walk share. */
export class FolderRules {
  readonly demands: readonly Demand[];
  readonly #enforced: readonly Demand[];

  constructor(demands: readonly Demand[]) {
    this.demands = demands;
    this.#enforced = demands.filter(({ enforced }) => enforced);
  }

  root(path: string): Folder {
    return this.#matching({ path, relative: ".", matched: new Set(), answered: new Set(), inModel: false });
  }

  child(folder: Folder, name: string): Folder {
    const path = entryPath(folder.path, name);
    return this.#matching({ ...folder, path, relative: relativeName(folder, name), isUnsigned: false });
  }

  /** The folder as a model that will be verified. */
  asModel(folder: Folder): Folder {
    const { relative } = folder;
    return { ...this.#answering(folder, (demand) => isAnsweredBy(demand, relative, this.#enforced)), inModel: true };
  }

  /** The folder as an unsigned model: only those that decide about it are answered. */
  asUnsigned(folder: Folder, owner: Owns): Folder {
    return { ...this.#answering(folder, (demand) => demand.covers(folder.relative)), owner, isUnsigned: true };
  }

  /** Whether a file that is a model by itself answers for the demand. */
  answersAlone(demand: Demand, file: string): boolean {
    return isAnsweredBy(demand, file, this.#enforced);
  }

  /** Demands that something in the folder can fail. */
  open({ relative, matched, answered }: Folder): Demand[] {
    return this.demands.filter((demand) => !answered.has(demand) && (matched.has(demand) || reaches(demand, relative)));
  }

  /** Demands that concern an entry of the folder that cannot be looked into. */
  reaching({ matched }: Folder, path: string): Demand[] {
    return this.demands.filter((demand) => (matched.has(demand) || reaches(demand, path)) && !demand.exemptsTree(path));
  }

  #matching(folder: Folder): Folder {
    const more = this.demands.filter((demand) => matches(demand, folder.relative));
    return more.length === 0 ? folder : { ...folder, matched: new Set([...folder.matched, ...more]) };
  }

  #answering(folder: Folder, answers: (demand: Demand) => boolean): Folder {
    return { ...folder, answered: new Set([...folder.answered, ...this.demands.filter(answers)]) };
  }
}

export function relativeName({ relative }: Folder, name: string): string {
  return relative === "." ? name : `${relative}/${name}`;
}

export function directoryModel({ path }: Folder, signature?: string): FoundModel {
  return { path, kind: "directory", ...(signature === undefined ? {} : { signature }) };
}
