import { crc32, deflateSync, inflateSync } from "node:zlib";

/** Rows of pixels, 3 bytes each: red, green, blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Reads a PNG as Chromium writes it: 8 bits a channel, not interlaced; transparency is dropped (PNG specification, 9.2). */
export function decodePng(file: Buffer): Picture {
  const chunks = [...chunksOf(file)];
  const header = chunks.find(({ type }) => type === "IHDR")?.data;
  if (header === undefined) throw new Error("Not a PNG");
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header.readUInt8(9)];
  if (header.readUInt8(8) !== 8 || channels === undefined) throw new Error("Only 8 bits a channel, in colour");
  const data = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map((chunk) => chunk.data)));
  const stride = width * channels;
  const pixels = new Uint8Array(width * height * 3);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const row = unfiltered(data.subarray(start + 1, start + 1 + stride), data[start] ?? 0, above, channels);
    for (let x = 0; x < width; x++) pixels.set(row.subarray(x * channels, x * channels + 3), (y * width + x) * 3);
    above = row;
  }
  return { width, height, pixels };
}

/** Pixels of any PNG. */
export function pngSize(file: Buffer): Pick<Picture, "width" | "height"> {
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
}

function* chunksOf(file: Buffer): Generator<{ readonly type: string; readonly data: Buffer }> {
  for (let at = SIGNATURE.length; at < file.length; ) {
    const length = file.readUInt32BE(at);
    yield { type: file.toString("latin1", at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

function unfiltered(row: Uint8Array, filter: number, above: Uint8Array, channels: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(row.length);
  for (let x = 0; x < row.length; x++) {
    const left = result[x - channels] ?? 0;
    const up = above[x] ?? 0;
    const corner = above[x - channels] ?? 0;
    const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
    result[x] = (row[x] ?? 0) + predicted;
  }
  return result;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/**
 * Writes a PNG with a palette: a workbench has few colours, and shades between letters and ground.
 *
 * @param colours at most 256
 */
export function encodePalettePng({ width, height, pixels }: Picture, colours: number): Buffer {
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = colourAt(pixels, at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = paletteOf(counts, colours);
  const index = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows[y * (width + 1) + 1 + x] = index.get(colourAt(pixels, (y * width + x) * 3)) ?? 0;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap((colour) => channelsOf(colour)))),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

type Counted = readonly [colour: number, count: number];

/** Splits the colours, always the group whose pixels differ most, until there are as many groups as there may be. */
function paletteOf(counts: ReadonlyMap<number, number>, colours: number): number[] {
  const groups: Counted[][] = [[...counts]];
  while (groups.length < Math.min(colours, counts.size)) {
    const widest = groups.reduce((best, group, at) => (spread(group) > spread(groups[best] ?? []) ? at : best), 0);
    const [group = []] = groups.splice(widest, 1);
    const channel = widestChannel(group);
    group.sort(([one], [other]) => (channelsOf(one)[channel] ?? 0) - (channelsOf(other)[channel] ?? 0));
    const half = group.reduce((sum, [, count]) => sum + Math.sqrt(count), 0) / 2;
    let [cut, sum] = [0, 0];
    while (cut < group.length - 1 && sum < half) sum += Math.sqrt(group[cut++]?.[1] ?? 0);
    groups.push(group.slice(0, Math.max(1, cut)), group.slice(Math.max(1, cut)));
  }
  return groups.map(mostFrequent);
}

function spread(group: readonly Counted[]): number {
  if (group.length < 2) return 0;
  const weight = group.reduce((sum, [, count]) => sum + count, 0);
  return rangeOf(group, widestChannel(group)) * Math.sqrt(weight);
}

function widestChannel(group: readonly Counted[]): number {
  const ranges = [0, 1, 2].map((channel) => rangeOf(group, channel));
  return ranges.indexOf(Math.max(...ranges));
}

function rangeOf(group: readonly Counted[], channel: number): number {
  const values = group.map(([colour]) => channelsOf(colour)[channel] ?? 0);
  return Math.max(...values) - Math.min(...values);
}

function mostFrequent(group: readonly Counted[]): number {
  return group.reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0])[0];
}

function nearest(palette: readonly number[], colour: number): number {
  const distance = (other: number): number => {
    const [one, two] = [channelsOf(colour), channelsOf(other)];
    return one.reduce((sum, value, channel) => sum + (value - (two[channel] ?? 0)) ** 2, 0);
  };
  return palette.reduce((best, other, at) => (distance(other) < distance(palette[best] ?? 0) ? at : best), 0);
}

function colourAt(pixels: Uint8Array, at: number): number {
  return ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0);
}

function channelsOf(colour: number): readonly number[] {
  return [colour >> 16, (colour >> 8) & 0xff, colour & 0xff];
}
