import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects this process's garbage, all of it, now. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
}
