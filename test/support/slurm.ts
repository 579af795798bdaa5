import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const PROGRAMS = ["munged", "mungekey", "slurmctld", "slurmd", "sbatch"];
/** Milliseconds for the daemons to come up. */
const START = 60_000;

/** A Slurm of one node on this machine, for one test. */
export interface Slurm {
  /** Runs one of its programs, and returns what it printed; throws with what it said where it fails. */
  run(program: string, ...args: readonly string[]): string;
  stop(): Promise<void>;
}

/** Installs Debian's Slurm where this user may; returns why there is none, if so. */
export function ensureSlurm(): string | undefined {
  // Its daemons start jobs for others, and so want to be root.
  if (process.getuid?.() !== 0) return "needs root, to run Slurm's daemons";
  if (PROGRAMS.every(isInstalled)) return undefined;
  if (!existsSync("/usr/bin/apt-get")) return "needs Slurm (Debian's slurm-wlm and munge)";
  console.error("Installing Debian's slurm-wlm …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "slurm-wlm", "munge"]]) {
    const done = spawnSync("apt-get", args, { env, encoding: "utf8" });
    if (done.status !== 0) return `apt-get ${args.join(" ")} failed: ${done.stderr}`;
  }
  return PROGRAMS.every(isInstalled) ? undefined : "Debian's slurm-wlm lacks a program";
}

function isInstalled(program: string): boolean {
  return ["/usr/bin", "/usr/sbin"].some((folder) => existsSync(join(folder, program)));
}

/**
 * Starts it, with a key and sockets of its own: another Slurm on this machine is not touched.
 *
 * @param folder absolute; for its files
 * @param env what jobs are submitted with
 */
export async function startSlurm(folder: string, env: Readonly<Record<string, string>>): Promise<Slurm> {
  const at = (name: string): string => join(folder, name);
  for (const name of ["munge", "state", "spool", "log"]) mkdirSync(at(name), { mode: 0o700 });
  const host = hostname().split(".")[0] ?? "";
  writeFileSync(at("slurm.conf"), configuration(folder, host));
  const environment = { ...process.env, ...env, SLURM_CONF: at("slurm.conf") };
  const run = (program: string, ...args: readonly string[]): string => {
    const done = spawnSync(program, args, { env: environment, encoding: "utf8" });
    if (done.status === 0) return done.stdout.trim();
    throw new Error(`${program} ${args.join(" ")}: ${done.error?.message ?? done.stdout + done.stderr}`);
  };
  run("mungekey", "--create", `--keyfile=${at("munge/key")}`);
  const munge = ["--foreground", "--force", `--key-file=${at("munge/key")}`, `--socket=${at("munge/socket")}`];
  const files = [`--pid-file=${at("munge/pid")}`, `--seed-file=${at("munge/seed")}`];
  const daemons: ChildProcess[] = [];
  const start = (program: string, args: readonly string[]): void => {
    daemons.push(spawn(program, args, { env: environment, stdio: "ignore" }));
  };
  const stop = async (): Promise<void> => {
    for (const daemon of daemons.toReversed()) await end(daemon);
  };
  try {
    start("munged", [...munge, ...files]);
    await until(() => existsSync(at("munge/socket")), "munged");
    start("slurmctld", ["-D", "-f", at("slurm.conf")]);
    start("slurmd", ["-D", "-f", at("slurm.conf"), "-N", host]);
    await until(() => run("sinfo", "--noheader", "--format=%T") === "idle", "a node");
  } catch (error) {
    await stop();
    const logs = ["log/ctld.log", "log/slurmd.log"].map(at).filter((path) => existsSync(path));
    throw new Error(`Slurm did not start: ${logs.map((path) => readFileSync(path, "utf8")).join("\n")}`, {
      cause: error,
    });
  }
  return { run, stop };
}

function configuration(folder: string, host: string): string {
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmctldPort=26817
SlurmdPort=26818
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/ctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/log/ctld.log
SlurmdLogFile=${folder}/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`;
}

/** Waits until `isTrue` is; what it throws counts as no. */
export async function until(isTrue: () => boolean, what: string, limit = START): Promise<void> {
  const end = Date.now() + limit;
  let failure: unknown;
  while (Date.now() < end) {
    try {
      if (isTrue()) return;
    } catch (error) {
      failure = error;
    }
    await pause(20);
  }
  throw new Error(`waited ${limit} ms in vain for ${what}`, { cause: failure });
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null || daemon.pid === undefined) return;
  const gone = new Promise((resolve) => daemon.once("exit", resolve));
  const force = setTimeout(() => daemon.kill("SIGKILL"), 10_000);
  daemon.kill("SIGTERM");
  await gone;
  clearTimeout(force);
}
