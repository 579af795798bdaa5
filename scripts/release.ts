// npm run release: the VSIX, the npm package and their bill of materials, signed; published unless --dry-run is given.
// A dry run signs at a Sigstore on loopback and publishes nothing; it does all the rest.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import manifest from "../package.json" with { type: "json" };
import { startLocalSigstore } from "../test/support/sigstore/local-sigstore.ts";
import { build } from "./build.ts";
import { npm, ROOT } from "./fetch.mjs";
import { writeVsix } from "./package.ts";
import { missingAddresses } from "./release-address.ts";
import { releaseSbom } from "./release-sbom.ts";
import { toolPath } from "./tool.ts";

const RELEASE = join(ROOT, "release");
const NAME = `${manifest.name}-${manifest.version}`;
const VSIX = join(RELEASE, `${NAME}.vsix`);
const TARBALL = join(RELEASE, `${NAME}.tgz`);
const SBOM = join(RELEASE, `${NAME}.cdx.json`);
const FILES = [VSIX, TARBALL, SBOM];

const { values } = parseArgs({ options: { "dry-run": { type: "boolean", default: false } } });
const {
  GITHUB_REF_NAME: tag,
  GITHUB_SERVER_URL: server,
  GITHUB_WORKFLOW_REF: workflow,
  GITHUB_REPOSITORY,
} = process.env;
if (!values["dry-run"] && tag !== `v${manifest.version}`) {
  console.error(`A release is made from the tag v${manifest.version}; this is ${tag ?? "no tag"}. Try --dry-run.`);
  process.exit(2);
}
const { repository }: { readonly repository?: { readonly url: string }; readonly name: string } = manifest;
const missing = values["dry-run"] ? [] : missingAddresses(ROOT, repository, GITHUB_REPOSITORY);
if (missing.length > 0) {
  console.error(`Nothing was released: ${missing.join("; ")}. Write the address there, commit, and move the tag.`);
  process.exit(2);
}

await build();
rmSync(RELEASE, { recursive: true, force: true });
mkdirSync(RELEASE);
writeVsix(VSIX);
npm(["pack", "--ignore-scripts", "--pack-destination", RELEASE], ROOT);
writeFileSync(SBOM, releaseSbom());
if (values["dry-run"]) await signLocally();
else await signAndPublish();
for (const file of FILES) console.log(relative(ROOT, file));

async function signLocally(): Promise<void> {
  const sigstore = await startLocalSigstore();
  const who = "release@example.org";
  try {
    for (const file of FILES) {
      const token = { SIGSTORE_ID_TOKEN: await sigstore.token(who) };
      await signAndVerify(file, { identity: who, issuer: sigstore.issuer }, token, [
        "--trust-config",
        sigstore.trustConfigPath,
      ]);
    }
  } finally {
    await sigstore.stop();
  }
}

async function signAndPublish(): Promise<void> {
  const signer = { identity: `${server}/${workflow}`, issuer: "https://token.actions.githubusercontent.com" };
  for (const file of FILES) await signAndVerify(file, signer);
  await run("npm", ["publish", TARBALL, "--provenance", "--access", "public"]);
  await run(process.execPath, [toolPath("@vscode/vsce", "vsce"), "publish", "--packagePath", VSIX]);
  await run("npx", ["--yes", "ovsx@1.4.0", "publish", VSIX]);
  const assets = FILES.flatMap((file) => [file, `${file}.sig`]);
  await run("gh", [
    "release",
    "create",
    `v${manifest.version}`,
    "--verify-tag",
    "--notes-file",
    "CHANGELOG.md",
    ...assets,
  ]);
}

/** Signs a file as this job, and verifies what was written as its users will. */
async function signAndVerify(
  file: string,
  { identity, issuer }: { readonly identity: string; readonly issuer: string },
  env: NodeJS.ProcessEnv = {},
  options: readonly string[] = [],
): Promise<void> {
  const cli = join(ROOT, "dist", "cli.js");
  await run(process.execPath, [cli, "sign", file, "--use-ambient-credentials", "--yes", ...options], env);
  const expected = ["--identity", identity, "--identity-provider", issuer];
  await run(process.execPath, [cli, "verify", file, ...expected, ...options]);
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const child = spawn(command, args, { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...env } });
  const [status] = await once(child, "exit");
  if (status !== 0) throw new Error(`${command} ${args.slice(0, 3).join(" ")} ended with status ${status}`);
}
