import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import * as v from "valibot";
import { ProvenanceError, systemCode, throwIfCancelled } from "../errors.ts";

/** The audience that Fulcio expects. */
const AUDIENCE = "sigstore";
/** Milliseconds. */
const TIMEOUT = 10_000;
const MAX_TOKEN_BYTES = 64 * 1024;
/** Where sidecars write a token, as in other Sigstore clients. */
const TOKEN_FILE = "/var/run/sigstore/cosign/oidc-token";
const GOOGLE = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity";
/** Names the firmware of a machine; "Google…" on Compute Engine. */
const PRODUCT_NAME = "/sys/class/dmi/id/product_name";

export interface AmbientOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** For tests. */
  readonly productNameFile?: string;
}

export interface AmbientToken {
  /** An OpenID identity token: for memory only. */
  readonly token: string;
  /** Its source, for messages. */
  readonly source: string;
}

/** Returns a token; undefined where the environment does not indicate this source. */
type Source = (options: AmbientOptions) => Promise<string | undefined>;

/** By name. The first one that applies is used, and no other. */
const SOURCES: Readonly<Record<string, Source>> = {
  async "GitHub Actions"({ env, signal }) {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret } = env;
    if (!address || !secret) return undefined;
    const url = new URL(address);
    url.searchParams.set("audience", AUDIENCE);
    const text = await request(url, { accept: "application/json", authorization: `Bearer ${secret}` }, signal);
    return v.parse(v.object({ value: v.string() }), JSON.parse(text)).value;
  },
  async "the environment variable SIGSTORE_ID_TOKEN (GitLab)"({ env }) {
    return env["SIGSTORE_ID_TOKEN"] || undefined;
  },
  async Buildkite({ env, signal }) {
    if (env["BUILDKITE"] !== "true") return undefined;
    const argv = ["oidc", "request-token", "--audience", AUDIENCE];
    const limits = { timeout: TIMEOUT, maxBuffer: MAX_TOKEN_BYTES, ...(signal && { signal }) };
    return (await promisify(execFile)("buildkite-agent", argv, limits)).stdout;
  },
  async "Google Cloud"({ env, productNameFile = PRODUCT_NAME, signal }) {
    const { GCE_METADATA_HOST: host, K_SERVICE: service } = env;
    if (!host && !service && !(await isGoogleMachine(productNameFile))) return undefined;
    const url = new URL(GOOGLE);
    if (host) url.host = host;
    url.searchParams.set("audience", AUDIENCE);
    url.searchParams.set("format", "full");
    return request(url, { "metadata-flavor": "Google" }, signal);
  },
  async "a token file"({ env }) {
    const bytes = await readFile(env["SIGSTORE_ID_TOKEN_FILE"] || TOKEN_FILE).catch(() => undefined);
    if (bytes !== undefined && bytes.length > MAX_TOKEN_BYTES) throw new Error("the file is too large");
    return bytes?.toString("utf8");
  },
};

/**
 * Returns the identity token of the environment: of a CI job, a cloud machine, or in a file.
 *
 * @throws ProvenanceError TOKEN_NOT_FOUND, TOKEN_UNAVAILABLE, CANCELLED; none holds any of a token
 */
export async function findAmbientToken(options: AmbientOptions): Promise<AmbientToken> {
  for (const [source, tokenOf] of Object.entries(SOURCES)) {
    throwIfCancelled(options.signal);
    try {
      const token = (await tokenOf(options))?.trim();
      if (token === "") throw new Error("it gave none");
      if (token !== undefined) return { token, source };
    } catch (error) {
      throwIfCancelled(options.signal);
      const message = `${source} gave no identity token: ${whyNot(error)}. Check that this job may ask for one.`;
      throw new ProvenanceError("TOKEN_UNAVAILABLE", message, { details: { source } });
    }
  }
  throw new ProvenanceError(
    "TOKEN_NOT_FOUND",
    "The environment provides no identity token: not GitHub Actions (with the permission id-token: write), GitLab (SIGSTORE_ID_TOKEN), Buildkite, Google Cloud, nor a token file.",
  );
}

async function isGoogleMachine(productNameFile: string): Promise<boolean> {
  const name = await readFile(productNameFile, "utf8").catch(() => "");
  return name.startsWith("Google");
}

class StatusError extends Error {}

async function request(
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const timeout = AbortSignal.timeout(TIMEOUT);
  const response = await fetch(url, { headers, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  if (!response.ok) throw new StatusError(`it answered with status ${response.status}`);
  return await response.text();
}

/** Not the message of any error: it may contain the token. */
function whyNot(error: unknown): string {
  if (error instanceof StatusError) return error.message;
  if (error instanceof Error && error.name === "TimeoutError") return "it did not answer in time";
  const cause = error instanceof TypeError ? error.cause : error;
  return systemCode(cause) ?? "it could not be asked, or its answer is not a token";
}
