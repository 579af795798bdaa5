import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathWith, ROOT } from "./fetch.mjs";

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  properties?: readonly { readonly name: string }[];
}

/** As far as it is read here: CycloneDX 1.6. */
interface Sbom {
  components: Component[];
  dependencies: { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/**
 * CycloneDX 1.6, JSON: the packages that are bundled, of all that the lock file names; the same bytes for one commit.
 * What is bundled is what the notices list.
 */
export function releaseSbom(): string {
  const options = [
    "--spec-version",
    "1.6",
    "--output-format",
    "JSON",
    "--output-reproducible",
    "--mc-type",
    "application",
  ];
  const { status, stdout, stderr } = spawnSync("npx", ["--yes", "@cyclonedx/cyclonedx-npm@6.0.1", ...options], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PATH: pathWith(process.execPath) },
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`cyclonedx-npm failed: ${stderr}`);
  const sbom: Sbom = JSON.parse(stdout);
  const notices = readFileSync(join(ROOT, "dist", "third-party-notices.txt"), "utf8");
  const bundled = new Set([...notices.matchAll(/^(\S+ \d+\.\d+\.\d+\S*) \(/gm)].map(([, name]) => name));
  sbom.components = sbom.components.filter(({ group, name, version }) =>
    bundled.has(`${group === undefined ? name : `${group}/${name}`} ${version}`),
  );
  // To npm they are for development: they are bundled, not installed.
  for (const component of sbom.components) {
    component.properties = (component.properties ?? []).filter(({ name }) => !name.endsWith(":development"));
  }
  const kept = new Set(sbom.components.map((component) => component["bom-ref"]));
  sbom.dependencies = sbom.dependencies
    .filter(({ ref }, index) => index === 0 || kept.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
  return `${JSON.stringify(sbom, undefined, 2)}\n`;
}
