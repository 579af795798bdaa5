/** What a child may know of its surroundings: what its loader needs to start it. */
const INHERITED = ["SystemRoot", "LD_LIBRARY_PATH"];

/**
 * The environment of a process of our own. On the desktop `process.execPath` is the editor itself, which runs a program
 * only if told so.
 */
export function bareEnvironment(): Record<string, string> {
  const env: Record<string, string> = { ELECTRON_RUN_AS_NODE: "1" };
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
