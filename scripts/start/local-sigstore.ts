import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { ROOT } from "../fetch.mjs";

const Ready = v.object({
  trustConfigPath: v.string(),
  issuer: v.string(),
  /** By subject. */
  tokens: v.record(v.string(), v.string()),
});

/** A Sigstore on loopback, in a process of its own. */
export interface RunningSigstore extends v.InferOutput<typeof Ready> {
  stop(): Promise<void>;
}

/**
 * Starts one, so that the samples can be signed with a login: any name will do there.
 *
 * @param subjects who gets a token at once
 */
export async function runLocalSigstore(...subjects: readonly string[]): Promise<RunningSigstore> {
  const script = join(ROOT, "scripts", "local-sigstore.ts");
  // Detached: Ctrl-C reaches this process first, which ends the other when the workbench has gone.
  const child = spawn(process.execPath, [script, "--json", ...subjects.flatMap((subject) => ["--token", subject])], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: process.platform !== "win32",
  });
  try {
    const ready = v.parse(Ready, JSON.parse(await firstLine(child)));
    return { ...ready, stop: () => end(child) };
  } catch (error) {
    await end(child);
    throw error;
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The local Sigstore ended with ${code}`)));
    if (child.stdout !== null) createInterface(child.stdout).once("line", resolve);
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || !child.kill("SIGTERM")) return resolve();
    child.once("exit", () => resolve());
  });
}
