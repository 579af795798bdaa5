/** One of `count` processes that share a piece of work; `index` counts from 0. */
export interface PartNumber {
  readonly index: number;
  readonly count: number;
}

/** As many as Kubernetes allows to an Indexed Job. */
export const MAX_PARTS = 100_000;

/** `3/8`, as the option `--part` has it. */
export function partText({ index, count }: PartNumber): string {
  return `${index}/${count}`;
}
