/** Where the hostile texts lead, if one of them is alive. */
export const HOSTILE_HOST = "evil.example";

/**
 * Texts that want to be a link, a picture, a command, an icon or a heading in Markdown, or to hide. None holds a line break
 * or a NUL, so that each can stand in a name of a certificate or a policy.
 */
export const HOSTILE_TEXTS: readonly string[] = [
  "<https:/evil.example/login#>",
  "<https://evil.example/login>",
  "<command:workbench.action.closeWindow>",
  "<command:modelProvenance.trustSigner?%5B%5D#>",
  "<vscode://evil.example/x>",
  "<mailto:a@evil.example>",
  "<a href='https://evil.example'>x</a>",
  '<img src="https://evil.example/x.png">',
  "[x](https://evil.example)",
  "[x](command:workbench.action.closeWindow)",
  "![x](https://evil.example/x.png)",
  "x](command:workbench.action.closeWindow)",
  "https://evil.example/login",
  "http://evil.example",
  "www.evil.example",
  "a@evil.example",
  "&lt;https://evil.example&gt; &amp; &nbsp;",
  "`x` **y** __z__ ~~s~~ $(check) \\",
  "| a | b |",
  "1. https://evil.example",
  "# - > evil.example",
  "\u202egpj.exe\u2069 \u200bzero\u{e0041}tag",
];

/** Those that can be the name of a file on every system that the tests run on. */
export const HOSTILE_NAMES: readonly string[] = HOSTILE_TEXTS.filter((text) => !text.includes("/")).map((text) =>
  text.replaceAll("\\", "_"),
);
