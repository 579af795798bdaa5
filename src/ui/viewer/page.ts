import { randomBytes } from "node:crypto";
import { Uri, type Webview } from "vscode";

/** Built from `webview/`, in `dist/`. */
export const PAGE_FILES = { script: "viewer.js", style: "viewer.css" } as const;

/**
 * The page: nothing in it but a place for what the script shows. It may run that one script and use that one style
 * sheet, and loads nothing from anywhere, not even pictures.
 *
 * @param dist the folder of the built files
 */
export function pageHtml(webview: Webview, dist: Uri, title: string): string {
  const nonce = randomBytes(18).toString("base64");
  const at = (name: string): string => attribute(webview.asWebviewUri(Uri.joinPath(dist, name)).toString());
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" nonce="${nonce}" href="${at(PAGE_FILES.style)}">
<title>${attribute(title)}</title>
</head>
<body>
<main id="main"></main>
<script nonce="${nonce}" src="${at(PAGE_FILES.script)}"></script>
</body>
</html>`;
}

function attribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
