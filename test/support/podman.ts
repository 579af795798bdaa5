import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fetchNode } from "../../scripts/fetch.mjs";

const DEBIAN = "bookworm";
const PACKAGES = ["podman", "runc", "debootstrap"];
const PROGRAMS = ["/usr/bin/podman", "/usr/sbin/runc", "/usr/sbin/debootstrap"];

/** Installs Debian's Podman where this user may; returns why there is none, if so. */
export function ensurePodman(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root, to build a container image without a registry";
  if (PROGRAMS.every((path) => existsSync(path))) return undefined;
  if (!existsSync("/usr/bin/apt-get")) return `needs Debian's ${PACKAGES.join(", ")}`;
  console.error("Installing Debian's podman …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...PACKAGES]]) {
    const done = spawnSync("apt-get", args, { env, encoding: "utf8" });
    if (done.status !== 0) return `apt-get ${args.join(" ")} failed: ${done.stderr}`;
  }
  return PROGRAMS.every((path) => existsSync(path)) ? undefined : "Debian's podman lacks a program";
}

/** A Podman with images and containers of its own: others on this machine are not touched. */
export class Podman {
  readonly #options: string[];

  /** @param folder absolute; for its files, which may have gigabytes */
  constructor(folder: string) {
    const [root, state] = [join(folder, "storage"), join(folder, "state")];
    // Where there is no systemd, and with either version of cgroups: crun does not run where both are mounted.
    this.#options = ["--root", root, "--runroot", state, "--cgroup-manager=cgroupfs", "--events-backend=none"];
    this.#options.push("--runtime=runc");
  }

  /** Runs it to its end. */
  run(...args: readonly string[]) {
    return spawnSync("podman", [...this.#options, ...args], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  }

  /** As {@link run}; throws with what it printed where it fails, and returns that otherwise. */
  must(...args: readonly string[]): string {
    const { status, stdout, stderr, error } = this.run(...args);
    if (status === 0) return stdout.trim();
    throw new Error(`podman ${args.join(" ")}: ${error?.message ?? stdout + stderr}`);
  }
}

/**
 * Imports images under the names that the Containerfile has, for a machine that reaches no registry: Debian by debootstrap,
 * as Debian's own image is made, and on it Node and npm, with the registry and the certificate authorities of this machine.
 *
 * @param folder absolute; for its files
 */
export function importBaseImages(podman: Podman, folder: string): void {
  const system = join(folder, "system");
  must("debootstrap", ["--variant=minbase", DEBIAN, system]);
  rmSync(join(system, "var/cache/apt"), { recursive: true, force: true });
  importFolder(podman, system, `docker.io/library/debian:${DEBIAN}-slim`);
  const local = join(system, "usr/local");
  cpSync(fetchNode("node"), join(local, "bin/node"));
  const npm = realpathSync(must("sh", ["-c", "command -v npm"]).trim());
  cpSync(dirname(dirname(npm)), join(local, "lib/node_modules/npm"), { recursive: true });
  for (const name of ["npm", "npx"]) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, "bin", name));
    chmodSync(join(local, `lib/node_modules/npm/bin/${name}-cli.js`), 0o755);
  }
  const registry = must("npm", ["config", "get", "registry"]).trim();
  const variables = [`ENV npm_config_registry=${registry}`];
  const authorities = process.env["NODE_EXTRA_CA_CERTS"];
  if (authorities !== undefined) {
    cpSync(authorities, join(local, "authorities.pem"), { dereference: true });
    variables.push("ENV NODE_EXTRA_CA_CERTS=/usr/local/authorities.pem");
  }
  importFolder(podman, system, `docker.io/library/node:24-${DEBIAN}-slim`, variables);
}

function importFolder(podman: Podman, folder: string, name: string, changes: readonly string[] = []): void {
  const archive = join(dirname(folder), "image.tar");
  must("tar", ["--numeric-owner", "-cf", archive, "-C", folder, "."]);
  podman.must("import", ...changes.flatMap((change) => ["--change", change]), archive, name);
  rmSync(archive);
}

function must(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stdout + stderr}`);
}
