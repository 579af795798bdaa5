import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** The path of a Chromium that is here: `CHROME_PATH`, else what is on the PATH, else the usual places. */
export function findChromium(): string | undefined {
  const named = process.env["CHROME_PATH"];
  if (named !== undefined) return named;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...PLACES].find((path) => existsSync(path));
}

/** Installs Debian's Chromium where this user may; otherwise says why there is none. */
export function ensureChromium(): { readonly path: string } | { readonly missing: string } {
  const found = findChromium();
  if (found !== undefined) return { path: found };
  if (!existsSync("/usr/bin/apt-get") || process.getuid?.() !== 0) {
    return { missing: "no Chromium or Chrome was found (install one, or name it in CHROME_PATH)" };
  }
  console.error("Installing Debian's chromium …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]]) {
    const done = spawnSync("apt-get", args, { env, encoding: "utf8" });
    if (done.status !== 0) return { missing: `apt-get ${args.join(" ")} failed: ${done.stderr}` };
  }
  const installed = findChromium();
  return installed === undefined ? { missing: "Debian's chromium is not on the PATH" } : { path: installed };
}
