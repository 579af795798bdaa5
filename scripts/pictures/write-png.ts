import { PNG } from "pngjs";

/** Colour type 2 of PNG: without an alpha channel, which the window never uses. */
const OPAQUE = 2;
/** Levels of a colour channel that are kept: the difference is hardly seen, and the file is much smaller. */
const STEP = 17;

/** A picture of a window as a small PNG file. */
export function writePng(taken: PNG): Buffer {
  for (let at = 0; at < taken.data.length; at++) {
    taken.data[at] = Math.round((taken.data[at] ?? 0) / STEP) * STEP;
  }
  return PNG.sync.write(taken, { colorType: OPAQUE, deflateLevel: 9 });
}
