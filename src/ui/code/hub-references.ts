import { type PythonArgument, type PythonCall, pythonCalls } from "./python-calls.ts";
import { type CodeString, LONGEST_TEXT } from "./strings-in-code.ts";

/** Code that loads a model of the Hugging Face Hub by its name. */
export interface HubReference {
  readonly string: CodeString;
  /** `ORG/NAME`. */
  readonly repository: string;
  /** What the argument `revision` is, where it is a plain string. */
  readonly revision?: string;
  /** Whether there is such an argument, whatever it is, or may be one in `**kwargs`. */
  readonly hasRevision: boolean;
  /** Whether a folder of that name is loaded instead, where there is one. */
  readonly prefersFolder: boolean;
  /** Offset where a keyword argument can be put: after the name, and after all arguments without a name. */
  readonly after: number;
}

interface Loader {
  /** Position of the argument that names the model. */
  readonly position: number;
  readonly name: string;
  readonly prefersFolder: boolean;
}

const LOADERS: Readonly<Record<string, Loader>> = {
  from_pretrained: { position: 0, name: "pretrained_model_name_or_path", prefersFolder: true },
  hf_hub_download: { position: 0, name: "repo_id", prefersFolder: false },
  snapshot_download: { position: 0, name: "repo_id", prefersFolder: false },
  pipeline: { position: 1, name: "model", prefersFolder: true },
  SentenceTransformer: { position: 0, name: "model_name_or_path", prefersFolder: true },
};
/** `from_pretrained` is a method. */
const CALLEE = /\.from_pretrained$|(?:^|\.)(?:hf_hub_download|snapshot_download|pipeline|SentenceTransformer)$/;
const NAME = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
/** A backslash or a brace: the value is not what is written. */
const COMPUTED = /[\\{]/;

/** The models of the Hub that Python code loads, in order. None where the text is too long. */
export function hubReferences(text: string): readonly HubReference[] {
  if (text.length > LONGEST_TEXT) return [];
  return pythonCalls(text, CALLEE)
    .flatMap((call) => referenceOf(call) ?? [])
    .sort((a, b) => a.string.start - b.string.start);
}

function referenceOf({ callee, arguments: all }: PythonCall): HubReference | undefined {
  const loader = LOADERS[callee.slice(callee.lastIndexOf(".") + 1)];
  const named = loader && modelArgument(all, loader);
  if (loader === undefined || named?.string === undefined || !NAME.test(named.string.value)) return undefined;
  const type = all.find(({ name }) => name === "repo_type");
  if (type !== undefined && type.string?.value !== "model" && type.word !== "None") return undefined;
  const revision = all.find(({ name }) => name === "revision");
  const value = revision?.string?.value;
  const isPlain = value !== undefined && !COMPUTED.test(value);
  const last = all.findLast((argument) => argument === named || isPositional(argument)) ?? named;
  return {
    string: named.string,
    repository: named.string.value,
    hasRevision: revision !== undefined || all.some(({ unpacked }) => unpacked === "**"),
    ...(isPlain && { revision: value }),
    prefersFolder: loader.prefersFolder,
    after: last.end,
  };
}

function modelArgument(all: readonly PythonArgument[], { position, name }: Loader): PythonArgument | undefined {
  const before = all.slice(0, position + 1);
  if (before.length > position && before.every((argument) => isPositional(argument) && !argument.unpacked)) {
    return before[position];
  }
  return all.find((argument) => argument.name === name);
}

function isPositional({ name, unpacked }: PythonArgument): boolean {
  return name === undefined && unpacked !== "**";
}
