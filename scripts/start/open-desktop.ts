import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { desktopData, desktopEnvironment, fetchDesktop } from "../../test/support/desktop.ts";
import { userSettings } from "../../test/support/vscode-server.ts";
import { ROOT } from "../fetch.mjs";
import type { SampleSettings } from "./samples-to-open.ts";

/** Whether a window can be shown on this machine. */
export function hasDisplay(): boolean {
  if (process.platform !== "linux") return process.env["SSH_CONNECTION"] === undefined;
  return Boolean(process.env["DISPLAY"] ?? process.env["WAYLAND_DISPLAY"]);
}

/** Opens the folder in a desktop VS Code with data of its own; resolves when its window was closed or the signal came. */
export async function openDesktop(folder: string, settings: SampleSettings, signal: AbortSignal): Promise<void> {
  const program = await fetchDesktop("stable");
  const data = await desktopData();
  try {
    await userSettings(data, settings);
    console.log(`Opening the desktop VS Code ${program}. Close its window, or press Ctrl-C here, to end.`);
    const args = [
      folder,
      `--extensionDevelopmentPath=${ROOT}`,
      ...["--user-data-dir", data, "--extensions-dir", join(data, "extensions")],
      // A downloaded VS Code has no sandbox on Linux: that takes a helper which root owns, or a profile of AppArmor.
      ...(process.platform === "linux" ? ["--no-sandbox"] : []),
      ...["--new-window", "--wait", "--skip-welcome", "--disable-workspace-trust"],
    ];
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, args, { stdio: "ignore", env: desktopEnvironment() });
      signal.addEventListener("abort", () => child.kill());
      child.on("error", reject);
      child.on("exit", (code) => {
        if (code === 0 || signal.aborted) resolve();
        else reject(new Error(`it ended with ${code ?? "a signal"}`));
      });
    });
  } finally {
    await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
