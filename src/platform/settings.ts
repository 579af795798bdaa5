import { ConfigurationTarget, type Disposable, env, type Uri, workspace } from "vscode";
import { SETTINGS } from "./ids.ts";
import { isImageDisk } from "./remote-names.ts";
import { PUBLIC, SHAPES, STAGING } from "./setting-shapes.ts";
import { fields } from "./shapes.ts";

export type SettingName = keyof typeof SETTINGS;
export type SettingValue<K extends SettingName> = ReturnType<(typeof SHAPES)[K]>;

/** Settings that may name a file for trust decisions. */
export const TRUST_PATHS = ["userPolicy", "sigstoreInstance"] as const;

/** All settings for trust decisions. */
export const TRUST_SETTINGS = [...TRUST_PATHS, "trustedKeys", "trustedCertificates", "trustedIdentities"] as const;

/**
 * The value of a setting. A path for trust decisions counts as not set where the disk is a container's: {@link isImageDisk}.
 *
 * @param folder the workspace folder, for a setting that each may have its own value of
 */
export function setting<K extends SettingName>(name: K, folder?: Uri): SettingValue<K> {
  const isIgnored = isImageDisk(env.remoteName) && TRUST_PATHS.some((path) => path === name && configuredPath(path));
  return configured(name, isIgnored ? undefined : workspace.getConfiguration(undefined, folder).get(SETTINGS[name]));
}

/** The path in a setting, whether it counts in this window or not. */
export function configuredPath(name: (typeof TRUST_PATHS)[number]): string | undefined {
  const value = configured(name, workspace.getConfiguration().get(SETTINGS[name]));
  return value === "" || value === PUBLIC || value === STAGING ? undefined : value;
}

function configured<K extends SettingName>(name: K, value: unknown): SettingValue<K> {
  return SHAPES[name](value) as SettingValue<K>;
}

/** Changes the user settings, never those of the workspace. */
export async function changeSetting<K extends SettingName>(name: K, value: SettingValue<K>): Promise<void> {
  await workspace.getConfiguration().update(SETTINGS[name], value, ConfigurationTarget.Global);
}

export function onSettingChanged(names: readonly SettingName[], listener: () => void): Disposable {
  return onConfigurationChanged(
    names.map((name) => SETTINGS[name]),
    listener,
  );
}

export function onConfigurationChanged(keys: readonly string[], listener: () => void): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    if (keys.some((key) => event.affectsConfiguration(key))) listener();
  });
}

/** Patterns that the editor excludes from its own lists, without those that depend on other files. */
export function excludedPatterns(folder: Uri): readonly string[] {
  const value: unknown = workspace.getConfiguration("files", folder).get("exclude");
  return [...fields(value)].flatMap(([pattern, on]) => (on === true ? [pattern] : []));
}
