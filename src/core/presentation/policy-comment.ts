import type { Translate } from "./localizer.ts";

/** What a new policy says of models that are still to come. @param isGrouped whether it has patterns for folders */
export function futureModelsText(isGrouped: boolean, t: Translate): string {
  return isGrouped
    ? t("Future models in these folders are covered too: they need a signature by this signer.")
    : t("A pattern such as models/* also covers future models.");
}
