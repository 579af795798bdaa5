import type { UnsupportedField } from "./draft.ts";

/** Reads the fields of a mapping in another format one by one, and reports those that are not supported. */
export class FieldReader {
  readonly path: string;
  readonly #fields: Map<string, unknown>;
  readonly #unsupported: UnsupportedField[];

  constructor(value: unknown, path: string, unsupported: UnsupportedField[]) {
    this.path = path;
    const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
    this.#fields = new Map(isMapping ? Object.entries(value) : []);
    this.#unsupported = unsupported;
    if (!isMapping && value !== undefined) unsupported.push({ what: path, why: "it is not a mapping" });
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

  inside(name: string): FieldReader {
    return new FieldReader(this.#take(name) ?? {}, this.#at(name), this.#unsupported);
  }

  list(name: string): FieldReader[] {
    const value = this.#take(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.note(name, "it is not a list");
      return [];
    }
    return value.map((item, index) => new FieldReader(item, `${this.#at(name)}[${index}]`, this.#unsupported));
  }

  /** Reports a field that has no counterpart. @returns whether it was there */
  drop(name: string, why: string): boolean {
    if (this.#take(name) === undefined) return false;
    this.note(name, why);
    return true;
  }

  /** Skips a field that means nothing here. */
  ignore(name: string): void {
    this.#take(name);
  }

  note(name: string, why: string): void {
    this.#unsupported.push({ what: name === "" ? this.path : this.#at(name), why });
  }

  /** Reports every field that was not read. @returns whether there was one */
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
