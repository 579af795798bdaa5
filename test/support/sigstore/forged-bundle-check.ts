import assert from "node:assert/strict";
import { parseBundle } from "../../../src/core/bundle/parse-bundle.ts";
import type { ErrorCode } from "../../../src/core/errors.ts";
import { parseMessages } from "../../../src/core/verification/trust-root.ts";
import { type BundleVerification, verifyBundle } from "../../../src/core/verification/verify-bundle.ts";
import { failsWith } from "../errors.ts";
import { type Forge, type ForgeOptions, makeForge } from "./forged-bundle.ts";

type Json = ReturnType<typeof JSON.parse>;

/** One way in which a keyless signature can be wrong, and the expected error. */
export interface ForgedCase {
  readonly title: string;
  readonly make?: (forge: Forge) => ForgeOptions;
  /** Changes the verification material after the bundle was made. */
  readonly alter?: (material: Json, forge: Forge) => void;
  /** The trusted root, where it is another. */
  readonly root?: (root: Json, forge: Forge) => Json;
  readonly code: ErrorCode;
  /** Of the message, or of what a library said. */
  readonly detail: RegExp;
}

/** One forge for all tests of the suite it is called in. */
export function useForge(): () => Forge {
  let forge: Forge | undefined;
  before(async () => {
    forge = await makeForge();
  });
  return () => forge ?? assert.fail("There is a forge only while a test runs.");
}

/** Verifies a bundle of the forge against a root that knows its services, or another one. */
export async function checkForged(
  forge: Forge,
  bundle: Json,
  root: Json = forge.trustedRoot,
): Promise<BundleVerification> {
  const { trustedRoot } = await parseMessages({ trustedRoot: root }, "root.json");
  const known = { label: "root.json", instance: "private", origin: "file", trustedRoot } as const;
  const trust = { sigstore: { root: known, identities: forge.identities } };
  return verifyBundle(parseBundle(Buffer.from(JSON.stringify(bundle)), "model.sig"), trust, "model.sig");
}

export async function rejectsForged(
  forge: Forge,
  { make, alter, root, code, detail }: Omit<ForgedCase, "title">,
): Promise<void> {
  const bundle = await forge.make(make?.(forge));
  alter?.(bundle.verificationMaterial, forge);
  const error = await failsWith(code, () => checkForged(forge, bundle, root?.(forge.trustedRoot, forge)));
  assert.match(`${error.message} ${error.details["detail"] ?? ""}`, detail);
}
