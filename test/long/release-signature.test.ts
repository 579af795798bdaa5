import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { ensureGoProgram } from "../support/go-programs.ts";
import { skip } from "../support/results.ts";
import { CLI, runCli } from "../support/run-cli.ts";
import { type LocalSigstore, startLocalSigstore } from "../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

const COSIGN = "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3";
const SIGNER = "https://github.com/acme/provenance/.github/workflows/release.yml@refs/tags/v0.1.0";
const FILE = "model-provenance-0.1.0.vsix";

/** What the README says to type: who signed, then the two commands. */
const [, SIGNER_LINES = "", COMMANDS = ""] =
  /^```shell\n(signer=.*\nissuer=.*\n)((?:(?!```).*\n)*cosign verify(?:(?!```).*\n)*)```$/m.exec(
    readFileSync(join(ROOT, "README.md"), "utf8"),
  ) ?? [];

/** Signed as the workflow of a release signs: `scripts/release.ts`. */
describe("the signature of a release", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  let cosign: string;
  let sigstore: LocalSigstore | undefined;

  before(async function () {
    this.timeout(20 * 60_000);
    const found = ensureGoProgram(COSIGN);
    if ("missing" in found) return skip(this, found.missing);
    cosign = found.path;
    sigstore = await startLocalSigstore();
  });
  after(() => sigstore?.stop());

  /** Runs the README's commands, of which one may be left out, at the local Sigstore. */
  function verify(signer: string, only: "model-provenance" | "cosign") {
    assert.ok(sigstore !== undefined);
    const script = `
      cosign() { [ ${only} != cosign ] || '${cosign}' "$@" --trusted-root '${sigstore.trustedRootPath}'; }
      model-provenance() { [ ${only} = cosign ] || '${process.execPath}' '${CLI}' "$@" --trust-config '${sigstore.trustConfigPath}'; }
      signer=${signer}
      issuer=${sigstore.issuer}
      ${COMMANDS}`;
    return spawnSync("bash", ["-euc", script], { cwd: folder(), encoding: "utf8" });
  }

  for (const rekor of [1, 2] as const) {
    it(`is verified by the README's commands, for the signer that they name: Rekor v${rekor}`, async () => {
      assert.ok(sigstore !== undefined);
      assert.match(SIGNER_LINES, /release\.yml@refs\/tags\/v0\.1\.0\nissuer=https:\/\/token\.actions/);
      writeTree(folder(), { [FILE]: "PK" });
      const options = ["--use-ambient-credentials", "--yes", "--trust-config", sigstore.trustConfigs[rekor].path];
      const env = { SIGSTORE_ID_TOKEN: await sigstore.token(SIGNER) };
      const signed = await runCli(["sign", FILE, ...options], { cwd: folder(), env });
      assert.equal(signed.status, 0, signed.stderr);

      const [ours, theirs] = [verify(SIGNER, "model-provenance"), verify(SIGNER, "cosign")];
      assert.equal(ours.status, 0, ours.stderr);
      assert.match(ours.stdout, /^✓ Verified/);
      assert.equal(theirs.status, 0, theirs.stderr);
      assert.match(theirs.stdout + theirs.stderr, /Verified OK/);

      const other = SIGNER.replace("acme", "mallory");
      for (const program of ["model-provenance", "cosign"] as const) assert.notEqual(verify(other, program).status, 0);
      // What the README says: cosign does not see it.
      appendFileSync(join(folder(), FILE), "changed");
      assert.notEqual(verify(SIGNER, "model-provenance").status, 0);
      assert.equal(verify(SIGNER, "cosign").status, 0);
    });
  }
});
