import { ProvenanceError } from "../core/errors.ts";
import { asksForHelp, usageError } from "./arguments.ts";
import { COMMON_OPTIONS, EXIT, PROGRAM, setLogLevel } from "./command.ts";
import { COMMANDS } from "./command-table.ts";
import type { Terminal } from "./terminal.ts";

/** Runs a command line and returns the exit status: 0 done or verified, 1 failed, 2 wrong usage, 130 interrupted. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  let rest = argv;
  try {
    const { MODEL_SIGNING_LOG_LEVEL } = terminal.env;
    setLogLevel(MODEL_SIGNING_LOG_LEVEL, terminal, "MODEL_SIGNING_LOG_LEVEL");
    rest = withoutLogLevel(argv, terminal);
    const [name, ...args] = rest;
    if (name === "--version") return await printVersion(terminal);
    if (name !== undefined && asksForHelp([name])) return await printHelp(terminal);
    if (name === undefined) throw usageError("A command is missing.");
    const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (entry === undefined) throw usageError(`There is no command "${name}".`);
    return await (await entry.load()).execute(args, terminal);
  } catch (error) {
    return reportError(error, rest, terminal);
  }
}

/** Reads the option that may also precede the command. */
function withoutLogLevel(argv: readonly string[], terminal: Terminal): readonly string[] {
  const match = /^--log[-_]level(?:=(.*))?$/s.exec(argv[0] ?? "");
  if (match === null) return argv;
  setLogLevel(match[1] ?? argv[1] ?? "", terminal);
  return argv.slice(match[1] === undefined ? 2 : 1);
}

async function printVersion({ out }: Terminal): Promise<number> {
  const { VERSION } = await import("./version.ts");
  out.raw(`${PROGRAM} ${VERSION}\n`);
  return EXIT.done;
}

async function printHelp({ out }: Terminal): Promise<number> {
  const { renderHelp } = await import("./help.ts");
  out.raw(
    renderHelp({
      usage: `${PROGRAM} COMMAND [OPTION…]`,
      description: [
        "Who signed this model, and is it still what they signed? Signs and verifies models in the OpenSSF Model Signing format (OMS).",
        "Exit status: 0 done, or verified; 1 signing or verification failed; 2 wrong usage; 130 interrupted.",
      ],
      commands: Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const),
      options: { ...COMMON_OPTIONS, version: "Show the version." },
      examples: [`${PROGRAM} verify key llama-3-8b --public-key prod.pub`, `${PROGRAM} verify key --help`],
    }),
  );
  return EXIT.done;
}

/** Prints an error on standard error, and with `--json` on standard output too. */
function reportError(error: unknown, argv: readonly string[], terminal: Terminal): number {
  const { out, err, log, interruption } = terminal;
  const [command = "", method = ""] = argv;
  const known = error instanceof ProvenanceError ? error : unexpected(error);
  if (argv.includes("--json")) {
    const { code, kind, message, details } = known;
    out.report(command, { error: { code, kind, message, details } });
  }
  if (error instanceof Error) log.debug(error.stack ?? error.message);
  if (interruption.exitStatus !== undefined) {
    err.print(["Interrupted."]);
    return interruption.exitStatus;
  }
  const entry = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (known.code === "USAGE") {
    const hasMethod = Object.hasOwn(entry?.subcommands ?? {}, method);
    const words = [PROGRAM, ...(entry ? [command] : []), ...(hasMethod ? [method] : [])].join(" ");
    err.print([{ text: words, style: "red" }, `: ${known.message}`], [`Try "${words} --help".`]);
  } else {
    err.print([{ text: entry?.failure ?? PROGRAM, style: "red" }, `: ${known.message}`]);
  }
  return known.kind === "usage" ? EXIT.usage : EXIT.failed;
}

function unexpected(error: unknown): ProvenanceError {
  const message = error instanceof Error ? error.message : String(error);
  return new ProvenanceError("INTERNAL", `${message} (a defect of this program; --log-level DEBUG prints where)`, {
    cause: error,
  });
}
