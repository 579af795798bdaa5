import type { Browser, Page } from "playwright-core";
import { ensureReference, type Reference } from "../interop/reference.ts";
import { launchBrowser } from "../support/browser.ts";
import { ensureChromium } from "../support/chromium.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { BuiltProgram } from "./built-program.ts";
import { FIRST_START, type RealSigstore, startServices } from "./services.ts";

/** What a suite needs besides the services; without it, the suite is skipped and nothing is built. */
interface Needs {
  readonly browser?: boolean;
  readonly reference?: boolean;
}

/** The services of a suite, and of each test a folder with a model, our program and a page of the browser. */
export interface ServicesSession {
  readonly folder: () => string;
  readonly sigstore: RealSigstore;
  readonly reference: Reference;
  readonly program: BuiltProgram;
  readonly page: Page;
}

/** Starts the services before the tests of a suite, and stops them after. */
export function servicesSession(needs: Needs): ServicesSession {
  const folder = useTemporaryFolder();
  let sigstore: RealSigstore | undefined;
  let reference: Reference | undefined;
  let browser: Browser | undefined;
  let program: BuiltProgram | undefined;
  let page: Page | undefined;

  before(async function () {
    this.timeout(FIRST_START);
    const chromium = needs.browser === true ? ensureChromium() : undefined;
    if (chromium !== undefined && "missing" in chromium) return skip(this, chromium.missing);
    const found = needs.reference === true ? ensureReference() : undefined;
    if (found !== undefined && "missing" in found) return skip(this, found.missing);
    reference = found;
    sigstore = await startServices(this);
    if (chromium !== undefined) browser = await launchBrowser();
  });
  after(async () => {
    reference?.library.stop();
    await browser?.close();
    await sigstore?.stop();
  });
  beforeEach(async () => {
    program = new BuiltProgram(folder());
    page = await (await browser?.newContext())?.newPage();
    writeTree(folder(), { "model/weights.bin": "weights", "model/tokenizer/vocab.json": "{}" });
  });
  afterEach(() => page?.context().close());

  return {
    folder,
    get sigstore() {
      return started(sigstore);
    },
    get reference() {
      return started(reference);
    },
    get program() {
      return started(program);
    },
    get page() {
      return started(page);
    },
  };
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("The suite did not ask for it, or it was not started yet");
  return part;
}
