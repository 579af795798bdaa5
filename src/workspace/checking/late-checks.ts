import type { DigestModelOptions, ModelManifest } from "../../core/digest.ts";
import type { Inspection } from "../../core/inspect.ts";
import type { SignOptions, SignResult } from "../../core/sign.ts";
import type { Verifier } from "../../core/verifier.ts";
import type { CheckingProcess, ProcessOptions } from "./checking-process.ts";

/** What the checking process does for the window. */
export interface Checks extends Verifier {
  /** The core's `sign`. */
  sign(options: SignOptions): Promise<SignResult>;
  /** What a signature that is made now would say. */
  buildManifest(options: DigestModelOptions): Promise<Pick<ModelManifest, "manifest" | "coverage">>;
  /** The core's `inspect`. */
  inspect(signature: string): Promise<Inspection>;
  dispose(): Promise<void>;
}

/** The checking process, whose client is loaded with the first thing that it has to do. */
export function lateChecks(options: ProcessOptions): Checks {
  let made: Promise<CheckingProcess> | undefined;
  const checks = (): Promise<CheckingProcess> => {
    made ??= import("./checking-process.ts").then(({ CheckingProcess }) => new CheckingProcess(options));
    return made;
  };
  return {
    readClaim: async (signature) => (await checks()).readClaim(signature),
    authenticate: async (what) => (await checks()).authenticate(what),
    verify: async (what) => (await checks()).verify(what),
    sign: async (what) => (await checks()).sign(what),
    buildManifest: async (what) => (await checks()).buildManifest(what),
    inspect: async (signature) => (await checks()).inspect(signature),
    dispose: async () => (await made)?.dispose(),
  };
}
