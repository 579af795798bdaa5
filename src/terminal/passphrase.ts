import { read } from "node:fs";
import { promisify } from "node:util";
import { ProvenanceError, systemCode } from "../core/errors.ts";
import { isEncryptedKey } from "../core/signing/private-key.ts";
import type { PemSource } from "../core/trust.ts";
import { untilAborted } from "../core/until-aborted.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "./arguments.ts";
import { askHidden } from "./question.ts";
import type { Terminal } from "./terminal.ts";

export const PASSPHRASE_OPTIONS = {
  "password PASSPHRASE":
    "Passphrase of the private key. Other users of this machine can see it while the command runs: better omit it to be asked, or use one of the next two.",
  "password-env NAME": "Take the passphrase from this environment variable.",
  "password-fd NUMBER": "Take the passphrase from this file descriptor: its first line. 0 is standard input.",
} satisfies OptionSpecs;

/** Bytes. */
const MAX_PASSPHRASE = 65_536;

/**
 * Returns the passphrase for an encrypted key: from where the options say, or typed on the terminal without echo.
 * Undefined for a key that is not encrypted.
 *
 * @throws ProvenanceError USAGE, KEY_PASSPHRASE_REQUIRED without a terminal, CANCELLED
 */
export async function passphraseFor(
  key: PemSource,
  args: ArgumentsOf<typeof PASSPHRASE_OPTIONS>,
  terminal: Terminal,
): Promise<string | undefined> {
  const given = args.text("password");
  const variable = args.text("password-env");
  const descriptor = args.text("password-fd");
  if ([given, variable, descriptor].filter((value) => value !== undefined).length > 1) {
    throw usageError("Give one of --password, --password-env and --password-fd.");
  }
  if (given !== undefined) return given;
  if (variable !== undefined) return fromEnvironment(variable, terminal.env);
  if (descriptor !== undefined) return fromDescriptor(descriptor, terminal.interruption.signal);
  if (!isEncryptedKey(key.pem)) return undefined;
  if (!terminal.input.isTTY) {
    const message = `${key.label} is encrypted, and there is no terminal to ask for its passphrase. Use --password-env or --password-fd.`;
    throw new ProvenanceError("KEY_PASSPHRASE_REQUIRED", message, { details: { label: key.label } });
  }
  return askHidden(`Passphrase for ${key.label}: `, "No passphrase was entered.", terminal);
}

function fromEnvironment(name: string, env: Terminal["env"]): string {
  const value = env[name];
  if (value === undefined) throw usageError(`--password-env: the environment variable ${name} is not set.`);
  return value;
}

async function fromDescriptor(text: string, signal: AbortSignal): Promise<string> {
  const descriptor = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (descriptor < 0) throw usageError(`--password-fd: "${text}" is not the number of a file descriptor.`);
  try {
    return await untilAborted(firstLine(descriptor), signal);
  } catch (error) {
    if (error instanceof ProvenanceError) throw error;
    throw usageError(
      `--password-fd: file descriptor ${text} cannot be read (${systemCode(error) ?? "unknown error"}).`,
    );
  }
}

async function firstLine(descriptor: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < MAX_PASSPHRASE) {
    const buffer = Buffer.alloc(1024);
    const { bytesRead } = await promisify(read)(descriptor, buffer, 0, buffer.length, null);
    const chunk = buffer.subarray(0, bytesRead);
    chunks.push(chunk);
    length += bytesRead;
    if (bytesRead === 0 || chunk.includes(0x0a)) break;
  }
  const line = Buffer.concat(chunks).toString("utf8").split("\n", 1)[0] ?? "";
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
