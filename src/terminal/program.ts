import { unlessSystemError } from "../core/errors.ts";
import { EXIT } from "./command.ts";
import { listenForInterruption } from "./interruption.ts";
import { Log } from "./log.ts";
import { main } from "./main.ts";
import { Output } from "./output.ts";

/** The terminal program, from its arguments to its exit status. */
async function run(): Promise<void> {
  const interruption = listenForInterruption();
  const out = new Output(process.stdout, process.env);
  const err = new Output(process.stderr, process.env);
  out.onFailure = ({ message }) => {
    err.print([`The result cannot be written: ${message}.`]);
    process.exit(EXIT.failed);
  };
  const cwd = unlessSystemError(() => process.cwd());
  if (cwd === undefined) {
    err.print(["The current directory does not exist any more. Change to another one, and try again."]);
    process.exitCode = EXIT.usage;
    return;
  }
  process.exitCode = await main(process.argv.slice(2), {
    env: process.env,
    cwd,
    // Opened on first use: a command that asks nothing leaves standard input alone.
    get input() {
      return process.stdin;
    },
    out,
    err,
    log: new Log(err),
    interruption,
  });
  // A pending read (a passphrase that never comes) would keep the process alive.
  if (interruption.exitStatus !== undefined) process.exit();
}

// No `await` here: the bundle is CommonJS, which Node keeps compiled.
void run();
