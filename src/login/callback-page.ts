import { createHash } from "node:crypto";

/** The page that the browser shows at the end of a login. */
export interface CallbackPage {
  readonly status: 200 | 400 | 404 | 410;
  readonly title: string;
  readonly text: string;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { width: min(30rem, calc(100vw - 3rem)); text-align: center; }
.mark { font-size: 2.5rem; line-height: 1; }
.good { color: light-dark(#17763a, #4cc47a); }
.bad { color: light-dark(#b3261e, #ff8a80); }
h1 { font-size: 1.4rem; font-weight: 600; margin: .75rem 0 .5rem; }
p { margin: 0; overflow-wrap: anywhere; }
.small { margin-top: 1.5rem; font-size: .85rem; opacity: .7; }
`;

/** Allows only the page itself: no scripts, requests, frames or caching. */
export const CALLBACK_HEADERS: Readonly<Record<string, string>> = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  Connection: "close",
};

export function loggedInPage(email: string): CallbackPage {
  return { status: 200, title: `Logged in as ${email}`, text: "You can close this page." };
}

export function failedPage(message: string): CallbackPage {
  return { status: 400, title: "Not logged in", text: message };
}

export const NOT_FOUND_PAGE: CallbackPage = {
  status: 404,
  title: "Nothing here",
  text: "This address only receives the response of a login.",
};

export const COMPLETED_PAGE: CallbackPage = {
  status: 410,
  title: "Login already completed",
  text: "The response was received already. Start a new login if you need one.",
};

export function callbackHtml({ status, title, text }: CallbackPage): string {
  const [mark, tone] = status === 200 ? ["✓", "good"] : ["✗", "bad"];
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><div class="mark ${tone}" aria-hidden="true">${mark}</div>
<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p><p class="small">Model Provenance</p></main></body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${character.codePointAt(0)};`);
}
