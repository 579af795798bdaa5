/** What identifies one state of a file. Sizes are bytes, times nanoseconds since the epoch. */
export interface ListedStat {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * The same on one line, decimal, separated by a space: size, mtime, ctime, device, inode; `0` for the last two where the
 * file system has none. Equal lines: nothing was written in between. Text, because JSON carries no BigInt, and one
 * string, because five for each of a hundred thousand files are garbage to collect.
 */
export function statLine({ size, mtimeNs, ctimeNs, dev, ino }: ListedStat): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${dev} ${ino}`;
}

/** Throws a RangeError for anything that `statLine` did not write. */
export function parseStatLine(line: string): ListedStat {
  const [size, mtimeNs, ctimeNs, dev, ino, ...rest] = line.split(" ");
  if (ino === undefined || rest.length > 0) throw new RangeError("not a stat line");
  return {
    size: decimal(size),
    mtimeNs: decimal(mtimeNs),
    ctimeNs: decimal(ctimeNs),
    dev: decimal(dev),
    ino: decimal(ino),
  };
}

function decimal(text: string | undefined): bigint {
  if (text === undefined || !/^-?\d+$/.test(text)) throw new RangeError("not a stat line");
  return BigInt(text);
}
