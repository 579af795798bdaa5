// Part of the library's types: no package's types here.
export interface PluginOptions {
  /** Gets what the plugin writes on standard error. */
  readonly onOutput?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that one call may take: 60 000 if absent. */
  readonly timeout?: number | undefined;
}
