// npm start: opens a real VS Code on sample models. npm start -- --check: signs and verifies them without a window.
// npm start -- --fresh: makes the samples anew before.
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { noServer } from "../test/support/vscode-server.ts";
import { build } from "./build.ts";
import { checkSamples } from "./start/check-samples.ts";
import { runLocalSigstore } from "./start/local-sigstore.ts";
import { hasDisplay, openDesktop } from "./start/open-desktop.ts";
import { openServer } from "./start/open-server.ts";
import {
  SAMPLES_FOLDER,
  type SampleSettings,
  STRANGER,
  sampleSettings,
  samplesToOpen,
} from "./start/samples-to-open.ts";

const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, fresh: { type: "boolean", default: false } },
});

await build();
if (values.check) {
  const { failed } = await checkSamples((text) => console.log(text));
  for (const { title } of failed) console.log(`\nNot as it should be: ${title}`);
  if (failed.length === 0) console.log("\nEverything went as it should.");
  process.exitCode = failed.length === 0 ? 0 : 1;
} else {
  await open();
}

async function open(): Promise<void> {
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopped.abort());
  if (values.fresh) rmSync(SAMPLES_FOLDER, { recursive: true, force: true });
  const sigstore = await runLocalSigstore(STRANGER);
  try {
    samplesToOpen(SAMPLES_FOLDER, sigstore);
    console.log(
      `A Sigstore of your own runs beside it: sign with "Browser Login", any name will do (${sigstore.issuer}).`,
    );
    await openEditor(SAMPLES_FOLDER, sampleSettings(SAMPLES_FOLDER, sigstore), stopped.signal);
  } finally {
    await sigstore.stop();
  }
}

async function openEditor(folder: string, settings: SampleSettings, stopped: AbortSignal): Promise<void> {
  const problem = hasDisplay() ? await tryDesktop(folder, settings, stopped) : "There is no display here";
  if (problem === undefined || stopped.aborted) return;
  const missing = noServer();
  if (missing === undefined) {
    console.log(`${problem}: taking VS Code's server.`);
    await openServer(folder, settings, stopped);
  } else {
    console.error(`${problem}, and ${missing}.`);
    process.exitCode = 1;
  }
}

/** Returns why no window of a desktop VS Code could be opened, if so. */
async function tryDesktop(...args: Parameters<typeof openDesktop>): Promise<string | undefined> {
  try {
    await openDesktop(...args);
    return undefined;
  } catch (error) {
    return `No desktop VS Code (${error instanceof Error ? error.message : error})`;
  }
}
