/** Text in a template that the user types over, or several texts to choose from. */
export class Placeholder {
  readonly index: number;
  readonly texts: readonly string[];

  constructor(index: number, ...texts: readonly string[]) {
    this.index = index;
    this.texts = texts;
  }
}

/** A part of a policy that is to be written. */
export type Template = Placeholder | string | readonly Template[] | { readonly [field: string]: Template };

/** A template that completion offers as a whole. */
export interface NamedTemplate {
  readonly label: string;
  readonly description: string;
  readonly template: Template;
}
