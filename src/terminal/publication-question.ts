import { homedir } from "node:os";
import { join } from "node:path";
import { ProvenanceError } from "../core/errors.ts";
import type { PublicationNotice } from "../core/signing/publication.ts";
import { confirm } from "./confirm.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Says what a keyless signature makes public and asks for agreement: once for an identity and a log.
 *
 * @throws ProvenanceError PUBLICATION_DECLINED without a terminal, CANCELLED
 */
export async function confirmPublication(
  notice: PublicationNotice,
  yes: boolean,
  terminal: Terminal,
): Promise<boolean> {
  const { err, log, input, env } = terminal;
  if (yes) {
    log.info(notice.text);
    return true;
  }
  const { hasAgreed, rememberAgreement } = await import("../core/signing/publication-consent.ts");
  const storage = dataFolder(env);
  if (await hasAgreed(storage, notice)) return true;
  err.print([notice.text]);
  if (!input.isTTY) {
    throw new ProvenanceError(
      "PUBLICATION_DECLINED",
      "There is no terminal to ask whether that may be published: agree with --yes. Nothing was published.",
    );
  }
  if (!(await confirm("Sign?", terminal))) return false;
  await rememberAgreement(storage, notice);
  return true;
}

/** The platform's folder for what a program keeps of a person. */
function dataFolder(env: Terminal["env"], platform: NodeJS.Platform = process.platform): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = env;
  const home = homedir();
  const base =
    platform === "win32"
      ? (LOCALAPPDATA ?? join(home, "AppData", "Local"))
      : platform === "darwin"
        ? join(home, "Library", "Application Support")
        : XDG_DATA_HOME || join(home, ".local", "share");
  return join(base, "model-provenance");
}
