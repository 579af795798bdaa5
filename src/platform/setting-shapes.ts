import { flag, list, oneOf, type Shape, text, texts } from "./shapes.ts";

/** `public`, `staging`, or the absolute path of a private instance's ClientTrustConfig. */
export const PUBLIC = "public";
export const STAGING = "staging";

/** The values of the settings with a choice, the default first. */
export const CHOICES = {
  autoVerify: ["cached", "off", "signatures", "full"],
  loginMethod: ["auto", "browser", "device", "code"],
} as const;

/** The settings by name, and how their values are parsed. */
export const SHAPES = {
  autoVerify: oneOf(...CHOICES.autoVerify),
  pauseInBackground: flag(false),
  models: texts,
  userPolicy: text(""),
  // The entries are parsed in trust-settings.ts.
  trustedKeys: list,
  trustedCertificates: list,
  trustedIdentities: list,
  sigstoreInstance: text(PUBLIC),
  loginMethod: oneOf(...CHOICES.loginMethod),
  badges: flag(true),
  statusBar: flag(true),
  codeWarnings: flag(true),
  revisionHints: flag(false),
  problems: flag(true),
} as const satisfies Record<string, Shape<unknown>>;
