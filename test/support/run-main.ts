import type { Interruption } from "../../src/terminal/interruption.ts";
import { Log } from "../../src/terminal/log.ts";
import { main } from "../../src/terminal/main.ts";
import { Output, type TextStream } from "../../src/terminal/output.ts";
import type { CliResult } from "./run-cli.ts";

/** A stream that keeps what it is given. */
export class CapturedStream implements TextStream {
  text = "";
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }

  on(): void {}
}

export interface MainOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly interruption?: Interruption;
}

const UNINTERRUPTED: Interruption = {
  signal: new AbortController().signal,
  exitStatus: undefined,
  interrupt: () => {},
};

/** A command line in this process: all but the process itself is as it is for a person. Paths have to be absolute. */
export async function runMain(args: readonly string[], options: MainOptions = {}): Promise<CliResult> {
  const { env = {}, cwd = process.cwd(), interruption = UNINTERRUPTED } = options;
  const stdout = new CapturedStream();
  const stderr = new CapturedStream();
  const out = new Output(stdout, env);
  const err = new Output(stderr, env);
  const status = await main(args, { env, cwd, input: process.stdin, out, err, log: new Log(err), interruption });
  return { status, stdout: stdout.text, stderr: stderr.text };
}
