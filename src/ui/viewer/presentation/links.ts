import type { PolicyReference } from "../../../core/policy/decision.ts";
import type { Fact, Link } from "../messages.ts";

/** The target of a link. The page knows only its number. */
export type LinkTarget =
  | { readonly kind: "web"; readonly url: string }
  | { readonly kind: "file"; readonly location: Pick<PolicyReference, "file" | "line" | "column"> };

/** The links in one state of the page. */
export class Links {
  readonly #targets: LinkTarget[] = [];

  get(id: number): LinkTarget | undefined {
    return this.#targets[id];
  }

  /** Undefined if the address is not plain https; it is then shown as text. */
  web(address: string): Link | undefined {
    const url = httpsUrl(address);
    if (url === undefined) return undefined;
    return { id: this.#targets.push({ kind: "web", url: url.href }) - 1, leadsTo: url.href };
  }

  /** A fact with a link where the address is plain https; nothing for a value that is empty or unknown. */
  fact(label: string, value: string | undefined, address?: string): Fact[] {
    if (value === undefined || value === "") return [];
    const link = address === undefined ? undefined : this.web(address);
    return [{ label, value, code: true, ...(link && { link }) }];
  }

  file({ file, line, column }: Pick<PolicyReference, "file" | "line" | "column">): Link {
    const id = this.#targets.push({ kind: "file", location: { file, line, column } }) - 1;
    return { id, leadsTo: `${file}:${line}` };
  }
}

/** Parses an https address without user name and password; otherwise undefined. */
export function httpsUrl(address: string): URL | undefined {
  const url = URL.parse(address);
  if (url === null || url.protocol !== "https:" || url.username !== "" || url.password !== "") return undefined;
  return url;
}

/** The path of an address. */
export function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
