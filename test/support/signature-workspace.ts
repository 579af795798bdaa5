import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { GITHUB_ACTIONS_ISSUER } from "../../src/core/verification/ci-identity.ts";
import { readTrustConfigFile } from "../../src/core/verification/trust-root-files.ts";
import { bundleText, makeStatement, type ResourceJson, sha256, signBundle } from "./bundles.ts";
import { changeSettings, type EditorWorkspace, makeEditorWorkspace, pemEntry } from "./editor-workspace.ts";
import { makeKeys } from "./keys.ts";
import type { LocalSigstore } from "./sigstore/local-sigstore.ts";
import type { Server } from "./vscode-server.ts";

const REPOSITORY = "acme/models";
const COMMIT = "3f1c9a52c7d04be1a8e65f0d9b7c2e4410aa57d3";
const WORKFLOW = `${REPOSITORY}/.github/workflows/release.yml@refs/tags/v1.2`;
const CI_IDENTITY = `https://github.com/${WORKFLOW}`;

/** Files of the signature with very many; none of them exists. */
export const MANY_FILES = 100_000;
export const HOSTILE_NAME = `<img src=x onerror="document.title='markup'">.txt`;

export interface SignatureWorkspace extends EditorWorkspace {
  /** A model that a workflow signed with a Sigstore of this machine; its identity is trusted. */
  readonly ci: string;
  readonly ciIdentity: string;
  /** Signatures that lie outside the workspace and belong to no model. */
  readonly many: string;
  readonly hostile: string;
  readonly cutShort: string;
}

/** The workspace of the editor's tests, and the signatures that only the viewer is interested in. */
export async function makeSignatureWorkspace(root: string, sigstore: LocalSigstore): Promise<SignatureWorkspace> {
  const workspace = await makeEditorWorkspace(root);
  const folder = join(root, "signatures");
  mkdirSync(folder);
  const put = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const many = bundleOf(
    "huge",
    Array.from({ length: MANY_FILES }, (_, index) => `shards/part-${String(index).padStart(6, "0")}.safetensors`),
  );
  const hostile = bundleOf("<b>bold</b>", [HOSTILE_NAME, "config.json", "\u202egnp.exe"]);
  const ci = join(workspace.folder, "models", "reviews-dataset");
  await signByWorkflow(ci, sigstore);
  return {
    ...workspace,
    ci,
    ciIdentity: CI_IDENTITY,
    many: put("many.oms.sig", many),
    hostile: put("hostile.oms.sig", hostile),
    cutShort: put("cut-short.oms.sig", bundleOf("model", ["config.json"]).slice(0, 300)),
  };
}

function bundleOf(name: string, files: readonly string[]): string {
  const resources: ResourceJson[] = files.map((file) => ({ name: file, digest: sha256(file), algorithm: "sha256" }));
  return bundleText(signBundle(makeStatement(resources, { name }), { keys: makeKeys() }));
}

async function signByWorkflow(model: string, sigstore: LocalSigstore): Promise<void> {
  const claims = {
    iss: GITHUB_ACTIONS_ISSUER,
    event_name: "release",
    sha: COMMIT,
    workflow: "release",
    repository: REPOSITORY,
    ref: "refs/tags/v1.2",
    job_workflow_ref: WORKFLOW,
    job_workflow_sha: COMMIT,
    runner_environment: "github-hosted",
    repository_id: "1296269",
    repository_owner: "acme",
    repository_owner_id: "583231",
    workflow_ref: WORKFLOW,
    workflow_sha: COMMIT,
    repository_visibility: "public",
  };
  const token = await sigstore.token(CI_IDENTITY, { claims });
  const root = await readTrustConfigFile(sigstore.trustConfigs[1].path);
  await sign({ model, signature: join(model, "model.sig"), identity: { method: "sigstore", root, token } });
}

/** Has the user's settings accept the key of the workspace, and the workflow. Before the window opens. */
export async function trustSigners(server: Server, workspace: SignatureWorkspace, sigstore: LocalSigstore) {
  await changeSettings(server, {
    "modelProvenance.trustedKeys": [pemEntry(workspace.trustedKey)],
    "modelProvenance.sigstoreInstance": sigstore.trustConfigs[1].path,
    "modelProvenance.trustedIdentities": [{ identity: workspace.ciIdentity, issuer: GITHUB_ACTIONS_ISSUER }],
  });
}
