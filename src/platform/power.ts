import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where Linux tells of batteries; other systems have no such place, and Node no other way to ask. */
const SUPPLIES = "/sys/class/power_supply";

/** Milliseconds between two looks: the kernel tells nobody who watches these files. */
const INTERVAL = 30_000;

/** Whether this machine runs on a battery of its own. Where that cannot be known, it does not. */
export async function isOnBattery(supplies = SUPPLIES): Promise<boolean> {
  for (const name of await readdir(supplies).catch(() => [])) {
    const about = (file: string): Promise<string> =>
      readFile(join(supplies, name, file), "utf8").then(
        (text) => text.trim(),
        () => "",
      );
    // That of a mouse or a headset is a battery too.
    if ((await about("type")) !== "Battery" || (await about("scope")) === "Device") continue;
    if ((await about("status")) === "Discharging") return true;
  }
  return false;
}

export interface PowerWatchOptions {
  /** Whether anybody wants to know: nothing is looked at otherwise. */
  wanted(): boolean;
  /** The machine was unplugged, or plugged in. */
  changed(): void;
  readonly supplies?: string;
}

/** Knows whether the machine runs on battery, as of the last look. */
export class PowerWatch {
  readonly #options: PowerWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #onBattery = false;

  constructor(options: PowerWatchOptions) {
    this.#options = options;
  }

  get onBattery(): boolean {
    return this.#onBattery;
  }

  /** To be called at the beginning, and whenever it may be wanted now, or no longer. */
  async look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { wanted, changed, supplies } = this.#options;
    const now = wanted() && (await isOnBattery(supplies));
    if (wanted()) {
      this.#timer = setTimeout(() => void this.look(), INTERVAL);
      this.#timer.unref();
    }
    if (now === this.#onBattery) return;
    this.#onBattery = now;
    changed();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
