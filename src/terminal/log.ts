import type { Output } from "./output.ts";

export const LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export function parseLogLevel(text: string): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === text.toUpperCase());
}

/** Messages on standard error. The error of a command is printed at every level. */
export class Log {
  level: LogLevel = "INFO";
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  debug(text: string): void {
    this.#write("DEBUG", text);
  }

  info(text: string): void {
    this.#write("INFO", text);
  }

  warning(text: string): void {
    this.#write("WARNING", `Warning: ${text}`);
  }

  #write(level: LogLevel, text: string): void {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.level)) return;
    this.#output.print(...text.split("\n").map((line) => [line]));
  }
}
