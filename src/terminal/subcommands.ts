import { usageError } from "./arguments.ts";
import { COMMON_OPTIONS, type Command, EXIT, PROGRAM } from "./command.ts";
import { renderHelp } from "./help.ts";
import type { Method } from "./methods.ts";

/** A command whose first argument names what to do. */
export function subcommandsOf(
  name: string,
  description: readonly string[],
  subcommands: Readonly<Record<string, Method>>,
): Command {
  const names = Object.keys(subcommands);
  return {
    async execute(argv, terminal) {
      const [first = ""] = argv;
      if (first === "--help" || first === "-h") {
        const commands = Object.entries(subcommands).map(([word, { summary }]) => [word, summary] as const);
        const usage = `${PROGRAM} ${name} ${names.join(" | ")} [OPTION…]`;
        terminal.out.raw(renderHelp({ usage, description, commands, options: COMMON_OPTIONS }));
        return EXIT.done;
      }
      const named = Object.hasOwn(subcommands, first) ? subcommands[first] : undefined;
      if (named !== undefined) return (await named.load()).execute(argv.slice(1), terminal);
      const what = first === "" ? "A subcommand is missing" : `There is no "${name} ${first}"`;
      throw usageError(`${what}: one of ${names.join(", ")}.`);
    },
  };
}
