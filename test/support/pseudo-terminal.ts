import { spawn, spawnSync } from "node:child_process";
import { CLI } from "./run-cli.ts";

/** What is typed, once the text to wait for was shown. Ctrl-C is `\x03`. */
export interface Exchange {
  readonly waitFor: string;
  readonly type: string;
}

export interface TerminalResult {
  readonly status: number | null;
  /** Everything that the terminal showed, standard output and standard error as they came. */
  readonly shown: string;
}

/** A terminal of its own for one command: arguments are the exchange as JSON, then the command. */
const DRIVER = `
import json, os, pty, sys
exchanges = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b""
seen = 0
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    shown += data
    while exchanges and exchanges[0]["waitFor"].encode() in shown[seen:]:
        seen = shown.index(exchanges[0]["waitFor"].encode(), seen) + len(exchanges[0]["waitFor"].encode())
        os.write(terminal, exchanges.pop(0)["type"].encode())
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(status) & 255)
`;

/** Whether this machine can make a terminal: with the pty module of Python, not on Windows. */
export function canMakeTerminal(): boolean {
  return (
    process.platform !== "win32" &&
    spawnSync("python3", ["-c", "import pty, os; os.waitstatus_to_exitcode"]).status === 0
  );
}

/** Runs `model-provenance ARGUMENTS` on a terminal and types the given answers. */
export function runInTerminal(
  args: readonly string[],
  exchanges: readonly Exchange[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<TerminalResult> {
  const { PATH, HOME } = process.env;
  const command = ["-c", DRIVER, JSON.stringify(exchanges), process.execPath, CLI, ...args];
  const child = spawn("python3", command, {
    cwd: options.cwd,
    env: { PATH, HOME, TERM: "xterm", ...options.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, shown }));
  });
}
