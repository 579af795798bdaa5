export interface Row {
  readonly work: string;
  /** What was measured, with its unit. */
  readonly measured: string;
  /** What it is compared with. */
  readonly against: string;
  readonly ratio: number;
  /** `atLeast` or `atMost`; absent: no target, for information. */
  readonly target?: { readonly atLeast?: number; readonly atMost?: number };
}

export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ work, measured, against, ratio, target }) => {
    const wanted =
      target?.atLeast !== undefined ? `≥ ${target.atLeast}` : target?.atMost !== undefined ? `≤ ${target.atMost}` : "";
    return `| ${work} | ${measured} | ${against} | ${digits(ratio)} | ${wanted} | ${wanted === "" ? "" : verdict(ratio, target)} |`;
  });
  return [
    "| work | measured | against | ratio | target | met |",
    "| --- | --- | --- | ---: | --- | --- |",
    ...lines,
  ].join("\n");
}

function verdict(ratio: number, target: Row["target"]): string {
  const met =
    target?.atLeast !== undefined ? ratio >= target.atLeast : ratio <= (target?.atMost ?? Number.POSITIVE_INFINITY);
  return met ? "yes" : "no";
}

export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(value < 0.1 ? 3 : 2);
}

/** `1.66 GB/s` */
export function rate(bytes: number, seconds: number): string {
  return `${digits(bytes / seconds / 1e9)} GB/s`;
}
