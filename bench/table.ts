/** One line of the table. */
export interface Row {
  readonly work: string;
  /** `≥ 1.12 × the reference`; absent: for information. */
  readonly target?: string;
  readonly measured: string;
  /** Absent: there is no target, or nothing to compare with. */
  readonly met?: boolean;
}

export interface Bound {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A value with its unit (`U`, `× the reference`, `MiB`), and what was measured beside it. */
export function row(work: string, value: number, unit: string, detail: string, bound: Bound = {}): Row {
  const measured = `${digits(value)} ${unit}${detail === "" ? "" : ` (${detail})`}`;
  const { atLeast, atMost } = bound;
  if (atLeast !== undefined) return { work, target: `≥ ${atLeast} ${unit}`, measured, met: value >= atLeast };
  if (atMost !== undefined) return { work, target: `≤ ${atMost} ${unit}`, measured, met: value <= atMost };
  return { work, measured };
}

/** A work whose rival is not on this machine. */
export function missing(work: string, rival: string, detail: string): Row {
  return { work, measured: `${detail}; ${rival} is not here` };
}

/** Markdown. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ work, target, measured, met }) => {
    const verdict = met === undefined ? "" : met ? "met" : "**not met**";
    return `| ${work} | ${target ?? ""} | ${measured} | ${verdict} |`;
  });
  return ["| work | target | measured | |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(value < 0.1 ? 3 : 2);
}

/** `1.66 GB/s` */
export function rate(bytes: number, seconds: number): string {
  return `${digits(bytes / seconds / 1e9)} GB/s`;
}

/** `10 GiB`, `512 MiB` */
export function sizeText(bytes: number): string {
  const gib = bytes / 1024 ** 3;
  return gib >= 1 ? `${Number(gib.toFixed(2))} GiB` : `${Number((gib * 1024).toFixed(1))} MiB`;
}

/** `100 000` */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}
