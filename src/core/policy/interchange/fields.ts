import type { NotCarried } from "./draft.ts";

/** The fields of a mapping that somebody else wrote, taken one by one; what nobody took is told at the end. */
export class Fields {
  readonly path: string;
  readonly #fields: Map<string, unknown>;
  readonly #notCarried: NotCarried[];

  constructor(value: unknown, path: string, notCarried: NotCarried[]) {
    this.path = path;
    const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
    this.#fields = new Map(isMapping ? Object.entries(value) : []);
    this.#notCarried = notCarried;
    if (!isMapping && value !== undefined) notCarried.push({ what: path, why: "it is not a mapping" });
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#take(name);
    if (value === undefined || typeof value === "string") return value;
    this.note(name, "it is not text");
    return undefined;
  }

  inside(name: string): Fields {
    return new Fields(this.#take(name) ?? {}, this.#at(name), this.#notCarried);
  }

  list(name: string): Fields[] {
    const value = this.#take(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.note(name, "it is not a list");
      return [];
    }
    return value.map((item, index) => new Fields(item, `${this.#at(name)}[${index}]`, this.#notCarried));
  }

  /** Takes a field that has no counterpart. @returns whether it was there */
  drop(name: string, why: string): boolean {
    if (this.#take(name) === undefined) return false;
    this.note(name, why);
    return true;
  }

  /** Takes a field that means nothing here. */
  ignore(name: string): void {
    this.#take(name);
  }

  note(name: string, why: string): void {
    this.#notCarried.push({ what: name === "" ? this.path : this.#at(name), why });
  }

  /** Tells of every field that was not taken. @returns whether there was one */
  rest(why = "it is not known here"): boolean {
    const names = [...this.#fields.keys()];
    for (const name of names) this.note(name, why);
    this.#fields.clear();
    return names.length > 0;
  }

  #take(name: string): unknown {
    const value = this.#fields.get(name);
    this.#fields.delete(name);
    return value ?? undefined;
  }

  #at(name: string): string {
    return this.path === "" || this.path.endsWith(" ") ? `${this.path}${name}` : `${this.path}.${name}`;
  }
}
