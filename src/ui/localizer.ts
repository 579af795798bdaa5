import { env, l10n } from "vscode";
import { localizer } from "../core/presentation/localizer.ts";

/** Texts, numbers and times in the editor's language. */
export const EDITOR = localizer(l10n.t, env.language);
