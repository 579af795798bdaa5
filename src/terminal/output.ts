import { systemCode } from "../core/errors.ts";
import { REPORT_VERSION } from "../core/operations/verify/verify-report.ts";
import { escapeControls, type Line, renderJson, renderLine } from "./text.ts";

const ERASE_LINE = "\r\x1b[K";

/** The used part of `process.stdout` and `process.stderr`. */
export interface TextStream {
  write(text: string): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Errors of a pipe whose reader has closed it; Windows has the second, too. */
const CLOSED: ReadonlySet<string | undefined> = new Set(["EPIPE", "EOF"]);

type Environment = Readonly<Record<string, string | undefined>>;

/** Colour only on a terminal that can show it; `NO_COLOR` forbids and `FORCE_COLOR` asks for it, in this order. */
export function wantsColour(isTerminal: boolean, env: Environment): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return isTerminal && TERM !== "dumb";
}

/** Standard output or error. A closed reader (`| head -1`) ends the output without an error. */
export class Output {
  readonly isTerminal: boolean;
  /** Called for other errors of the stream, such as a full disk. */
  onFailure: (error: Error) => void = () => {};
  readonly #stream: TextStream;
  readonly #colour: boolean;
  #closed = false;
  #hasProgress = false;

  constructor(stream: TextStream, env: Environment) {
    this.#stream = stream;
    this.isTerminal = stream.isTTY === true;
    this.#colour = wantsColour(this.isTerminal, env);
    stream.on("error", (error) => {
      this.#closed = true;
      if (!CLOSED.has(systemCode(error))) this.onFailure(error);
    });
  }

  print(...lines: readonly Line[]): void {
    for (const line of lines) this.raw(`${renderLine(line, this.#colour)}\n`);
  }

  json(value: unknown): void {
    this.raw(`${renderJson(value)}\n`);
  }

  /** Prints what `--json` asks for, as `schemas/report.schema.json` has it. */
  report(command: string, fields: Readonly<Record<string, unknown>>): void {
    this.json({ version: REPORT_VERSION, command, ...fields });
  }

  /** Shows a line of progress, if this is a terminal: it stays until anything is written. Without a line, it is erased. */
  progress(line = ""): void {
    if (!this.isTerminal) return;
    // A wrapped line could not be erased.
    this.raw(escapeControls(line).slice(0, (this.#stream.columns ?? 80) - 1));
    this.#hasProgress = line !== "";
  }

  /** Writes as it is: only for texts that hold nothing from outside. */
  raw(text: string): void {
    const shown = this.#hasProgress ? ERASE_LINE + text : text;
    this.#hasProgress = false;
    if (!this.#closed && shown !== "") this.#stream.write(shown);
  }
}
