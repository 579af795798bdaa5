import * as v from "valibot";
import { ConfigurationTarget, type Disposable, type Uri, workspace } from "vscode";
import { SETTINGS } from "./ids.ts";

/** `public`, `staging`, or the absolute path of a private instance's ClientTrustConfig. */
export const PUBLIC = "public";
export const STAGING = "staging";

const IDENTITY = v.object({
  identity: v.pipe(v.string(), v.nonEmpty()),
  issuer: v.pipe(v.string(), v.nonEmpty()),
});

export type AutoVerify = "off" | "signatures" | "cached" | "full";

/** A value of the wrong shape counts as not set: settings files are written by hand. */
const SCHEMAS = {
  autoVerify: v.fallback(v.picklist(["off", "signatures", "cached", "full"]), "cached"),
  pauseInBackground: v.fallback(v.boolean(), false),
  models: v.fallback(v.array(v.string()), []),
  userPolicy: v.fallback(v.string(), ""),
  trustedKeys: v.fallback(v.array(v.string()), []),
  trustedCertificates: v.fallback(v.array(v.string()), []),
  trustedIdentities: v.pipe(v.fallback(v.array(v.unknown()), []), v.transform(readIdentities)),
  sigstoreInstance: v.fallback(v.pipe(v.string(), v.nonEmpty()), PUBLIC),
  loginMethod: v.fallback(v.picklist(["auto", "browser", "device", "code"]), "auto"),
  badges: v.fallback(v.boolean(), true),
  statusBar: v.fallback(v.boolean(), true),
} as const satisfies Record<keyof typeof SETTINGS, v.GenericSchema>;

/** One entry that is mistyped must not keep the others from being accepted. */
function readIdentities(entries: unknown[]): v.InferOutput<typeof IDENTITY>[] {
  return entries.flatMap((entry) => {
    const read = v.safeParse(IDENTITY, entry);
    return read.success ? [read.output] : [];
  });
}

export type SettingName = keyof typeof SETTINGS;
export type SettingValue<K extends SettingName> = v.InferOutput<(typeof SCHEMAS)[K]>;

/** @param folder the workspace folder, for a setting that each may have its own value of */
export function setting<K extends SettingName>(name: K, folder?: Uri): SettingValue<K> {
  const value: unknown = workspace.getConfiguration(undefined, folder).get(SETTINGS[name]);
  return v.parse(SCHEMAS[name], value) as SettingValue<K>;
}

/** Writes the person's own settings, never the workspace's. */
export async function changeSetting<K extends SettingName>(name: K, value: SettingValue<K>): Promise<void> {
  await workspace.getConfiguration().update(SETTINGS[name], value, ConfigurationTarget.Global);
}

export function onSettingChanged(names: readonly SettingName[], listener: () => void): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(SETTINGS[name]))) listener();
  });
}
