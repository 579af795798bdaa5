import type { CertificateAuthority } from "./authorities/certificate.ts";
import type { DigestAuthority } from "./authorities/digest.ts";
import type { KeyAuthority } from "./authorities/key.ts";
import type { KeylessAuthority } from "./authorities/keyless.ts";
import type { StaticAuthority } from "./authorities/static.ts";
import type { Glob } from "./glob.ts";
import type { PolicyDocument } from "./policy-document.ts";
import type { SourceLocation } from "./source-location.ts";

/** One document of a policy file; the files that it names are already read. */
export interface Policy extends Pick<PolicyDocument["spec"], "mode" | "requireSignature" | "verification"> {
  readonly name: string;
  readonly location: SourceLocation;
  readonly models: readonly Glob[];
  /** The position of each of the patterns. */
  readonly modelLocations: readonly SourceLocation[];
  /** Files outside of signed models that need no signature; relative to the workspace folder, as `models`. */
  readonly unsignedFiles: readonly Glob[];
  readonly authorities: readonly Authority[];
}

export type Authority = KeyAuthority | KeylessAuthority | CertificateAuthority | DigestAuthority | StaticAuthority;

export interface AuthorityBase {
  readonly name: string;
  readonly location: SourceLocation;
}
