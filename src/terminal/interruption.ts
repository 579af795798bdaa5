/** Ctrl-C, and `kill`: the first asks the command to stop and clean up, the second ends the process. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 128 and the signal's number, once interrupted. */
  readonly exitStatus: number | undefined;
  /** For a Ctrl-C that arrives as a key, while a passphrase is typed. */
  interrupt(): void;
}

const EXIT_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type EndingSignal = keyof typeof EXIT_STATUS;

export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  let exitStatus: number | undefined;
  const on = (signal: EndingSignal): void => {
    if (exitStatus !== undefined) process.exit(exitStatus);
    exitStatus = EXIT_STATUS[signal];
    controller.abort();
  };
  for (const signal of Object.keys(EXIT_STATUS) as EndingSignal[]) process.on(signal, () => on(signal));
  return {
    signal: controller.signal,
    get exitStatus() {
      return exitStatus;
    },
    interrupt: () => on("SIGINT"),
  };
}
