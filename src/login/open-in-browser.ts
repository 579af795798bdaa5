import { spawn } from "node:child_process";

/**
 * Opens a web address in the default browser, without a shell.
 *
 * @throws Error if there is no opener or it fails; resolves possibly only when the browser is closed
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
  // What "start" of the command shell does, without the shell.
  if (platform === "win32") return ["rundll32.exe", "url.dll,FileProtocolHandler"];
  return ["xdg-open"];
}
