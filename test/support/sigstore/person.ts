/** What the person does at the login page. */
export type Choice = { readonly name: string } | "refuse";

/** The last page that the person sees. */
export interface SeenPage {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A person at a browser, without the browser: `fetch`, cookies, forms. */
export class Person {
  readonly #cookies = new Map<string, string>();

  /** Opens the address of a login, fills in the login page, and goes where the browser would go. */
  async logIn(url: string, choice: Choice): Promise<SeenPage> {
    return this.#choose(await this.open(url), choice);
  }

  /** The code that the provider shows for pasting. */
  async readCode(url: string, name: string): Promise<string> {
    const page = await this.logIn(url, { name });
    const code = /<code id="code">([^<]+)<\/code>/u.exec(page.text)?.[1];
    if (code === undefined) throw new Error(`no code on this page: ${page.text}`);
    return code;
  }

  /** Types a device's code, confirms it, and logs in; `"refuse"` says that it is another code. */
  async connectDevice(url: string, userCode: string, choice: Choice): Promise<SeenPage> {
    const input = await this.open(url);
    const confirm = await this.#submit(input, { user_code: userCode });
    if (choice === "refuse") return this.#submit(confirm, { abort: "yes" });
    return this.#choose(await this.#submit(confirm), choice);
  }

  async open(url: string, form?: Readonly<Record<string, string>>): Promise<SeenPage> {
    let next = url;
    let body = form;
    for (let hop = 0; hop < 20; hop++) {
      const response = await this.#ask(next, body);
      const location = response.headers.get("location");
      if (location === null) {
        return { url: next, status: response.status, headers: response.headers, text: await response.text() };
      }
      next = new URL(location, next).href;
      body = undefined;
    }
    throw new Error(`too many redirects from ${url}`);
  }

  #choose(page: SeenPage, choice: Choice): Promise<SeenPage> {
    const fields = choice === "refuse" ? { choice } : { login: choice.name, choice: "login" };
    return this.#submit(page, fields);
  }

  #submit(page: SeenPage, fields: Readonly<Record<string, string>> = {}): Promise<SeenPage> {
    const action = /<form[^>]* action="([^"]+)"/u.exec(page.text)?.[1];
    if (action === undefined) throw new Error(`no form on this page: ${page.text}`);
    const hidden = [...page.text.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/gu)];
    const known = Object.fromEntries(hidden.map(([, name, value]) => [String(name), String(value)]));
    return this.open(new URL(unescapeHtml(action), page.url).href, { ...known, ...fields });
  }

  async #ask(url: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const response = await fetch(url, {
      redirect: "manual",
      method: form === undefined ? "GET" : "POST",
      headers: { Cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/u.exec(cookie) ?? [];
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
    }
    return response;
  }
}

function unescapeHtml(text: string): string {
  return text.replace(/&#(\d+);/gu, (_match, code) => String.fromCodePoint(Number(code)));
}
