import { parseArgs } from "node:util";
import { ProvenanceError } from "../core/errors.ts";

/**
 * The options of a command and their help, by their usage: `json` is a switch, `[no-]color` one that can be turned off,
 * `hash ALGORITHM` takes a value, and `include PATH …` may be given several times.
 */
export type OptionSpecs = Readonly<Record<string, string>>;

type ListOf<Usage> = Usage extends `${infer Name} ${string} …` ? Name : never;
type TextOf<Usage> = Usage extends `${string} …` ? never : Usage extends `${infer Name} ${string}` ? Name : never;
type SwitchOf<Usage> = Usage extends `${string} ${string}` ? never : Usage extends `[no-]${infer Name}` ? Name : Usage;

/** Parsed arguments, with the names of the options of each kind. */
export interface Arguments<Text extends string, List extends string, Switch extends string> {
  readonly operands: readonly string[];
  /** The last one given. */
  text(name: Text): string | undefined;
  list(name: List): readonly string[];
  /** Whether a switch is on, off by `--no-…`, or not given. */
  flag(name: Switch): boolean | undefined;
}

export type ArgumentsOf<S extends OptionSpecs> = Arguments<
  TextOf<keyof S & string>,
  ListOf<keyof S & string>,
  SwitchOf<keyof S & string>
>;

/** Arguments without types for the names of options. */
export type ParsedArguments = Arguments<string, string, string>;

/** Whether `--help` or `-h` stands anywhere before `--`. */
export function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const options = end === -1 ? argv : argv.slice(0, end);
  return options.includes("--help") || options.includes("-h");
}

export function usageError(message: string): ProvenanceError {
  return new ProvenanceError("USAGE", message);
}

/** `--private_key=a_b` is `--private-key=a_b`: the reference accepts both. */
function withHyphens(argument: string): string {
  if (!argument.startsWith("--")) return argument;
  const end = argument.indexOf("=");
  const name = end === -1 ? argument : argument.slice(0, end);
  return name.replaceAll("_", "-") + argument.slice(name.length);
}

function spelledWithHyphens(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.map((argument, index) => (end === -1 || index < end ? withHyphens(argument) : argument));
}

/**
 * Reads the arguments of one command: options in any order, before, between and after the operands.
 *
 * @throws ProvenanceError USAGE
 */
export function parseArguments(specs: OptionSpecs, argv: readonly string[]): ParsedArguments {
  const known = new Map(Object.keys(specs).flatMap(optionsOf));
  const { tokens } = parseArgs({
    args: spelledWithHyphens(argv),
    options: Object.fromEntries([...known].map(([name, option]) => [name, nodeOption(name, option)])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const operands: string[] = [];
  const values = new Map<string, string[]>();
  const flags = new Map<string, boolean>();
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const { rawName, value, inlineValue } = token;
    const found = known.get(token.name);
    if (found === undefined) throw usageError(`There is no option ${rawName}.`);
    if (found.metavar === undefined) {
      if (value !== undefined) throw usageError(`${rawName} takes no value.`);
      flags.set(found.name, found.on);
      continue;
    }
    if (value === undefined) throw usageError(`${rawName} needs a value: ${found.metavar}.`);
    if (inlineValue !== true && value.startsWith("--")) {
      throw usageError(
        `${rawName} needs a value; "${value}" looks like an option. To use it as the value, write ${rawName}=${value}.`,
      );
    }
    values.set(found.name, [...(values.get(found.name) ?? []), value]);
  }
  return {
    operands,
    text: (name) => values.get(name)?.at(-1),
    list: (name) => values.get(name) ?? [],
    flag: (name) => flags.get(name),
  };
}

interface Option {
  readonly name: string;
  /** Placeholder of the value; undefined for a switch. */
  readonly metavar: string | undefined;
  /** Of a switch, whether it is turned on. */
  readonly on: boolean;
}

/** The option of a usage, and its negation, by the words that give them. */
function optionsOf(usage: string): [string, Option][] {
  const [word = "", metavar] = usage.split(" ");
  const name = word.replace("[no-]", "");
  const own: [string, Option] = [name, { name, metavar, on: true }];
  return name === word ? [own] : [own, [`no-${name}`, { name, metavar, on: false }]];
}

function nodeOption(name: string, { metavar }: Option): { type: "string" | "boolean"; short?: string } {
  return { type: metavar === undefined ? "boolean" : "string", ...(name === "help" && { short: "h" }) };
}
