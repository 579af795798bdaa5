import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { replaceFile } from "../replace-file.ts";
import type { PublicationNotice } from "./publication.ts";

const FILE = "agreed-publications.json";
const Stored = v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)));

/** Whether the user consented earlier to publish this identity in this log. */
export async function hasConsented(storage: string, notice: PublicationNotice): Promise<boolean> {
  return (await read(storage)).has(fingerprint(notice));
}

/** Stores the consent. If the folder cannot be written, the user is asked again next time. */
export async function rememberConsent(storage: string, notice: PublicationNotice): Promise<void> {
  const consents = (await read(storage)).add(fingerprint(notice));
  try {
    await mkdir(storage, { recursive: true });
    await replaceFile(join(storage, FILE), JSON.stringify([...consents]));
  } catch {
    // The folder cannot be written.
  }
}

async function read(storage: string): Promise<Set<string>> {
  try {
    return new Set(v.parse(Stored, JSON.parse(await readFile(join(storage, FILE), "utf8"))));
  } catch {
    return new Set();
  }
}

/** A hash, so that the file holds no identity. */
function fingerprint({ identity, log }: PublicationNotice): string {
  return createHash("sha256")
    .update(JSON.stringify([identity, log]))
    .digest("hex");
}
