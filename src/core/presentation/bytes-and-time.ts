const UNITS = ["kB", "MB", "GB", "TB", "PB", "EB"] as const;

/** Bytes in powers of ten with up to one decimal: `0 B`, `16.1 GB`, `204 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = "B";
  for (const next of UNITS) {
    // 999.5 would be written as 1000.
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 99.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

/** `12.1 of 35.6 GB`: the unit once, where it is the same. */
export function doneOfText(done: number, total: number): string {
  const [doneNumber, doneUnit] = bytesText(done).split(" ");
  const whole = bytesText(total);
  return whole.endsWith(` ${doneUnit}`) ? `${doneNumber} of ${whole}` : `${bytesText(done)} of ${whole}`;
}

/** A span of time in seconds: `0.4 s`, `9.8 s`, `42 s`, `3 min 05 s`, `1 h 02 min`. */
export function durationText(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** The time left, in whole seconds: an estimate is no more exact. */
export function timeLeftText(seconds: number): string {
  return seconds < 59.5 ? `${Math.max(1, Math.round(seconds))} s` : durationText(seconds);
}

export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The first characters of a hexadecimal digest, for a line that a person reads. */
export function shortHex(hex: string): string {
  return hex.length > 16 ? `${hex.slice(0, 12)}…` : hex;
}

/** `2026-11-21 14:02 UTC`; any other text is returned unchanged. */
export function utcMinutes(rfc3339: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return rfc3339;
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
