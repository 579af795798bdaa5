import { ProvenanceError } from "../core/errors.ts";
import type { PublicationNotice } from "../core/signing/publication.ts";
import { dataFolder } from "./program-folders.ts";
import { confirm } from "./question.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Shows what a keyless signature makes public and asks for consent, once for each identity and log.
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
  const { hasConsented, rememberConsent } = await import("../core/signing/publication-consent.ts");
  const storage = dataFolder(env);
  if (await hasConsented(storage, notice)) return true;
  err.print([notice.text]);
  if (!input.isTTY) {
    throw new ProvenanceError(
      "PUBLICATION_DECLINED",
      "There is no terminal to confirm the publication. Confirm it with --yes. Nothing was published.",
    );
  }
  if (!(await confirm("Sign?", terminal))) return false;
  await rememberConsent(storage, notice);
  return true;
}
