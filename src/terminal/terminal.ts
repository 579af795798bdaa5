import type { Interruption } from "./interruption.ts";
import type { Log } from "./log.ts";
import type { Output } from "./output.ts";

/** The environment of a command. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly input: NodeJS.ReadStream;
  /** Results. */
  readonly out: Output;
  /** Progress, warnings and errors. */
  readonly err: Output;
  readonly log: Log;
  readonly interruption: Interruption;
}
