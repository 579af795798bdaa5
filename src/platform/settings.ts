import { ConfigurationTarget, type Disposable, type Uri, workspace } from "vscode";
import { SETTINGS } from "./ids.ts";
import { fields, flag, oneOf, type Shape, text, texts } from "./shapes.ts";

/** `public`, `staging`, or the absolute path of a private instance's ClientTrustConfig. */
export const PUBLIC = "public";
export const STAGING = "staging";

export type AutoVerify = "off" | "signatures" | "cached" | "full";

/** A value of the wrong shape counts as not set: settings files are written by hand. */
const SHAPES = {
  autoVerify: oneOf<AutoVerify>("cached", "off", "signatures", "full"),
  pauseInBackground: flag(false),
  models: texts,
  userPolicy: text(""),
  trustedKeys: texts,
  trustedCertificates: texts,
  trustedIdentities: readIdentities,
  sigstoreInstance: text(PUBLIC),
  loginMethod: oneOf("auto", "browser", "device", "code"),
  badges: flag(true),
  statusBar: flag(true),
  codeWarnings: flag(true),
  problems: flag(true),
} as const satisfies Record<keyof typeof SETTINGS, Shape<unknown>>;

interface Identity {
  readonly identity: string;
  readonly issuer: string;
}

/** One entry that is mistyped must not keep the others from being accepted. */
function readIdentities(entries: unknown): readonly Identity[] {
  return (Array.isArray(entries) ? entries : []).flatMap((entry) => {
    const [identity, issuer] = ["identity", "issuer"].map((name) => text("")(fields(entry).get(name)));
    return identity && issuer ? [{ identity, issuer }] : [];
  });
}

export type SettingName = keyof typeof SETTINGS;
export type SettingValue<K extends SettingName> = ReturnType<(typeof SHAPES)[K]>;

/** @param folder the workspace folder, for a setting that each may have its own value of */
export function setting<K extends SettingName>(name: K, folder?: Uri): SettingValue<K> {
  const value: unknown = workspace.getConfiguration(undefined, folder).get(SETTINGS[name]);
  return SHAPES[name](value) as SettingValue<K>;
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
