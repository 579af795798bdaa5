import { parseArgs } from "node:util";
import { ProvenanceError } from "../core/errors.ts";

/** One option of a command, and its line in the help. */
export interface OptionSpec {
  /** `list`: may be given several times. */
  readonly type: "text" | "list" | "switch";
  readonly help: string;
  /** Placeholder of the value in the help. */
  readonly metavar?: string;
  /** A switch that also exists as `--no-…`. */
  readonly negatable?: true;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type NamesOf<S extends OptionSpecs, T extends OptionSpec["type"]> = {
  [K in keyof S & string]: S[K] extends { readonly type: T } ? K : never;
}[keyof S & string];

/** Parsed arguments, with the names of the options of each type. */
export interface Arguments<Text extends string, List extends string, Switch extends string> {
  readonly operands: readonly string[];
  /** The last one given. */
  text(name: Text): string | undefined;
  list(name: List): readonly string[];
  /** Whether a switch is on, off by `--no-…`, or not given. */
  flag(name: Switch): boolean | undefined;
}

export type ArgumentsOf<S extends OptionSpecs> = Arguments<
  NamesOf<S, "text">,
  NamesOf<S, "list">,
  NamesOf<S, "switch">
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
  const { tokens } = parseArgs({
    args: spelledWithHyphens(argv),
    options: nodeOptions(specs),
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
    const found = findOption(specs, token.name);
    if (found === undefined) throw usageError(`There is no option ${rawName}.`);
    if (found.spec.type === "switch") {
      if (value !== undefined) throw usageError(`${rawName} takes no value.`);
      flags.set(found.name, found.on);
      continue;
    }
    if (value === undefined) throw usageError(`${rawName} needs a value: ${found.spec.metavar ?? "VALUE"}.`);
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

function findOption(specs: OptionSpecs, name: string): { name: string; spec: OptionSpec; on: boolean } | undefined {
  const own = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (own !== undefined) return { name, spec: own, on: true };
  const positive = name.startsWith("no-") ? name.slice(3) : "";
  const negated = Object.hasOwn(specs, positive) ? specs[positive] : undefined;
  return negated?.negatable === true ? { name: positive, spec: negated, on: false } : undefined;
}

function nodeOptions(specs: OptionSpecs): Record<string, { type: "string" | "boolean"; short?: string }> {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {};
  for (const [name, { type, negatable }] of Object.entries(specs)) {
    options[name] = { type: type === "switch" ? "boolean" : "string", ...(name === "help" && { short: "h" }) };
    if (negatable === true) options[`no-${name}`] = { type: "boolean" };
  }
  return options;
}
