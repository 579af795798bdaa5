/** What the launcher passes to the runner inside the extension host, as JSON in its environment. */
export interface HostRun {
  /** Bundled suites, absolute paths. */
  readonly files: readonly string[];
  /** Absolute path of the SuiteResult to write. */
  readonly results: string;
  /** Only tests of this name, as mocha's `-g`. */
  readonly grep?: string;
}

export const HOST_RUN = "MODEL_PROVENANCE_HOST_RUN";

export function hostRun(): HostRun {
  return JSON.parse(process.env[HOST_RUN] ?? "{}");
}
