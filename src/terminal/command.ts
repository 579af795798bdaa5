import { type ArgumentsOf, asksForHelp, type OptionSpecs, parseArguments, usageError } from "./arguments.ts";
import { renderHelp } from "./help.ts";
import { LOG_LEVELS, parseLogLevel } from "./log.ts";
import type { Terminal } from "./terminal.ts";

export const PROGRAM = "model-provenance";

/** 1 also stands for a verdict other than "verified"; 3 for a signature that matches a manifest, files not read. */
export const EXIT = { done: 0, failed: 1, usage: 2, manifestOnly: 3 } as const;

export interface Command {
  /** @returns the exit status */
  execute(argv: readonly string[], terminal: Terminal): Promise<number>;
}

export interface CommandDefinition<S extends OptionSpecs> {
  /** Words of the command line before the arguments: `verify key`. */
  readonly name: string;
  /** Name of the operand in the help; `MODEL` if absent. */
  readonly operand?: string;
  /** Used if no operand is given; without it, one is required. */
  readonly operandDefault?: string;
  readonly description: readonly string[];
  readonly options: S;
  readonly examples?: readonly string[];
  run(operand: string, args: ArgumentsOf<S>, terminal: Terminal): Promise<number>;
}

/** Options that every command has. */
export const COMMON_OPTIONS = {
  "log-level LEVEL":
    "The lowest level of messages on standard error: DEBUG, INFO, WARNING, ERROR or CRITICAL. Default: INFO, or the environment variable MODEL_SIGNING_LOG_LEVEL.",
  help: "Show this help.",
} satisfies OptionSpecs;

/** A command with one operand, `--help` and `--log-level`. */
export function defineCommand<const S extends OptionSpecs>(definition: CommandDefinition<S>): Command {
  const { name, operand = "MODEL", description, examples } = definition;
  const options: OptionSpecs = { ...definition.options, ...COMMON_OPTIONS };
  return {
    async execute(argv, terminal) {
      if (asksForHelp(argv)) {
        const usage = `${PROGRAM} ${name} [OPTION…] ${definition.operandDefault === undefined ? operand : `[${operand}]`}`;
        terminal.out.raw(renderHelp({ usage, description, options, ...(examples !== undefined && { examples }) }));
        return EXIT.done;
      }
      const args = parseArguments(options, argv);
      setLogLevel(args.text("log-level"), terminal);
      const [first, ...more] = args.operands;
      const value = first ?? definition.operandDefault;
      if (value === undefined || first === "") throw usageError(`${operand} is missing.`);
      if (more[0] !== undefined) throw usageError(`Unexpected argument "${more[0]}": there is only one ${operand}.`);
      return definition.run(value, args, terminal);
    },
  };
}

/** @throws ProvenanceError USAGE, which names `source` */
export function setLogLevel(text: string | undefined, { log }: Pick<Terminal, "log">, source = "--log-level"): void {
  if (text === undefined) return;
  const level = parseLogLevel(text);
  if (level === undefined) throw usageError(`${source}: "${text}" is not one of ${LOG_LEVELS.join(", ")}.`);
  log.level = level;
}

/** @throws ProvenanceError USAGE */
export function requiredText(value: string | undefined, option: string, what: string): string {
  if (value === undefined || value === "") throw usageError(`--${option} is missing: ${what}.`);
  return value;
}
