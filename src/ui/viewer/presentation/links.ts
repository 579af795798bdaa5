import type { PolicyReference } from "../../../core/policy/decision.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Link } from "../messages.ts";

/** What a link of the page opens. The page knows its number only. */
export type LinkTarget =
  | { readonly kind: "web"; readonly url: string }
  | { readonly kind: "file"; readonly place: Pick<PolicyReference, "file" | "line" | "column"> };

/** The links of one state of the page. */
export class Links {
  readonly #targets: LinkTarget[] = [];

  get(id: number): LinkTarget | undefined {
    return this.#targets[id];
  }

  /** Nothing for an address that is not plain https: it is shown as text. */
  web(address: string): Link | undefined {
    const url = httpsUrl(address);
    if (url === undefined) return undefined;
    return { id: this.#targets.push({ kind: "web", url: url.href }) - 1, leadsTo: plainText(url.href) };
  }

  file({ file, line, column }: Pick<PolicyReference, "file" | "line" | "column">): Link {
    const id = this.#targets.push({ kind: "file", place: { file, line, column } }) - 1;
    return { id, leadsTo: plainText(`${file}:${line}`) };
  }
}

/** An https address without a name or password in it, or nothing. */
export function httpsUrl(address: string): URL | undefined {
  const url = URL.parse(address);
  if (url === null || url.protocol !== "https:" || url.username !== "" || url.password !== "") return undefined;
  return url;
}
