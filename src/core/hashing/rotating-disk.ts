import fs from "node:fs";
import path from "node:path";

/** Where a disk's "block device characteristics" page has its revolutions per minute: 0 not told, 1 none (SBC-4, 6.6.2). */
const ROTATION_RATE_OFFSET = 4;

/**
 * Whether a file's device turns: two readers then cost more in seeks than a second core gains. Asks only what a disk says
 * of itself; the kernel's own `rotational` is true of many virtual disks that have nothing to turn.
 *
 * @param dev device number, as `stat` tells it
 * @returns false where nobody knows
 */
export function isRotatingDisk(dev: bigint, sysfs = "/sys"): boolean {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  try {
    return turns(fs.realpathSync(path.join(sysfs, "dev/block", `${major}:${minor}`)));
  } catch {
    return false;
  }
}

/** A partition is asked through its disk, a mapped device through what is below it. */
function turns(device: string): boolean {
  if (fs.existsSync(path.join(device, "partition"))) return turns(path.dirname(device));
  const slaves = path.join(device, "slaves");
  const below = fs.existsSync(slaves) ? fs.readdirSync(slaves) : [];
  if (below.length > 0) return below.some((name) => turns(fs.realpathSync(path.join(slaves, name))));
  const page = path.join(device, "device/vpd_pgb1");
  return fs.existsSync(page) && fs.readFileSync(page).readUInt16BE(ROTATION_RATE_OFFSET) > 1;
}
