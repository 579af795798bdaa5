import { spawn } from "node:child_process";

/**
 * Opens a web address in the person's browser, from a terminal. The address is an argument of its own, never part of a
 * command line that a shell reads.
 *
 * @throws Error if there is nothing to open it with, or that fails; it may run for as long as the browser does
 */
export function openInBrowser(url: string, platform: NodeJS.Platform = process.platform): Promise<void> {
  const [command, ...leading] = opener(platform);
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...leading, url], { stdio: "ignore", detached: true, shell: false });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${signal ?? `status ${code}`}`));
    });
    child.unref();
  });
}

function opener(platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === "darwin") return ["open"];
  // "start" is a word of the command shell's; this is what it comes down to, without the shell.
  if (platform === "win32") return ["rundll32.exe", "url.dll,FileProtocolHandler"];
  return ["xdg-open"];
}
