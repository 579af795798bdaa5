import type { FrameLocator, Page } from "playwright-core";

/** The page of the signature viewer that is in front. */
export function viewer(page: Page): FrameLocator {
  return page.frameLocator("iframe.webview.ready:visible").frameLocator("#active-frame");
}
