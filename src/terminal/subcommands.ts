import { ProvenanceError } from "../core/errors.ts";
import { usageError } from "./arguments.ts";
import { COMMON_OPTIONS, type Command, EXIT, PROGRAM } from "./command.ts";
import { renderHelp } from "./help.ts";

/** A command that a word of the command line selects, loaded when it is used. */
export interface Subcommand {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export type Subcommands = Readonly<Record<string, Subcommand>>;

/** @param name of the command in its module */
export function subcommand<K extends string = "default">(
  summary: string,
  load: () => Promise<{ readonly [N in NoInfer<K>]: Command }>,
  name = "default" as K,
): Subcommand {
  return { summary, load: async () => (await load())[name] };
}

interface Definition {
  readonly name: string;
  /** What follows the name in the usage. */
  readonly usage: string;
  readonly description: string;
  readonly examples?: readonly string[];
  /** Runs a command line that names none of the subcommands. */
  readonly otherwise: Command["execute"];
}

/** A command whose first argument names a subcommand. */
export function subcommandsOf(subcommands: Subcommands, definition: Definition): Command {
  const { name, usage, description, examples, otherwise } = definition;
  return {
    async execute(argv, terminal) {
      const first = (argv[0] ?? "").replaceAll("_", "-");
      if (first === "--help" || first === "-h") {
        const commands = Object.entries(subcommands).map(([word, { summary }]) => [word, summary] as const);
        const page = { usage: `${PROGRAM} ${name} ${usage}`, description: [description], commands };
        terminal.out.raw(renderHelp({ ...page, options: COMMON_OPTIONS, ...(examples && { examples }) }));
        return EXIT.done;
      }
      const named = Object.hasOwn(subcommands, first) ? subcommands[first] : undefined;
      if (named === undefined) return otherwise(argv, terminal);
      return (await named.load()).execute(argv.slice(1), terminal);
    },
  };
}

/**
 * `sign` and `verify`: the first argument names the method; where it names none, `sigstore` is meant, as in the reference.
 *
 * @param withPolicy instead of a method, where `--policy` is given
 */
export function methodCommand(
  name: string,
  description: string,
  methods: Subcommands & { readonly sigstore: Subcommand },
  withPolicy?: () => Promise<Command>,
): Command {
  const policyExamples = withPolicy === undefined ? [] : [`${PROGRAM} ${name} MODEL --policy FILE --help`];
  return subcommandsOf(methods, {
    name,
    usage: "[METHOD] [OPTION…] MODEL",
    description,
    examples: [`${PROGRAM} ${name} key --help`, ...policyExamples],
    async otherwise(argv, terminal) {
      if (withPolicy !== undefined && namesPolicy(argv)) return (await withPolicy()).execute(argv, terminal);
      const first = (argv[0] ?? "").replaceAll("_", "-");
      if (first === "") throw usageError(`MODEL is missing. The methods: ${Object.keys(methods).join(", ")}.`);
      try {
        return await (await methods.sigstore.load()).execute(argv, terminal);
      } catch (error) {
        if (!(error instanceof ProvenanceError) || error.code !== "USAGE") throw error;
        const hint = `The default method is sigstore; for a key, use "${PROGRAM} ${name} key".`;
        throw usageError(`${error.message} (${hint})`);
      }
    },
  });
}

function namesPolicy(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const options = end === -1 ? argv : argv.slice(0, end);
  return options.some((argument) => argument === "--policy" || argument.startsWith("--policy="));
}
