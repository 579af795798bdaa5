import { randomBytes } from "node:crypto";

/** Built from `webview/`, in `dist/`. */
export const PAGE_FILES = { script: "viewer.js", style: "viewer.css" } as const;

/**
 * Returns the HTML of the page: an empty element that the script fills. It may run that one script and use that one style
 * sheet, and loads nothing else, not even images.
 *
 * @param addresses the URIs of its two files
 * @param labels texts of the page itself in the user's language, by name
 */
export function pageHtml(
  addresses: { readonly script: string; readonly style: string },
  title: string,
  language: string,
  labels: Readonly<Record<string, string>>,
): string {
  const nonce = randomBytes(18).toString("base64");
  const only = `style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  const policy = `default-src 'none'; ${only}; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" nonce="${nonce}" href="${escaped(addresses.style)}">
<title>${escaped(title)}</title>
</head>
<body data-labels="${escaped(JSON.stringify(labels))}">
<main id="main"></main>
<script nonce="${nonce}" src="${escaped(addresses.script)}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
