export interface PluginOptions {
  /** Gets what the plugin writes on standard error. */
  readonly onOutput?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that one call may take: 60 000 if absent. */
  readonly timeout?: number | undefined;
}

/** A key in a cloud or a vault, behind a plugin: the program `sigstore-kms-NAME` on `PATH`. */
export interface KmsIdentity extends Omit<PluginOptions, "signal"> {
  readonly method: "kms";
  /** `NAME://KEY` */
  readonly key: string;
}
