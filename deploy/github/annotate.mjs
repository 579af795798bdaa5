// node annotate.mjs FILE.sarif: prints a workflow command for each result, so that GitHub shows it at its file.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
import { readFileSync } from "node:fs";

const COMMANDS = { error: "error", warning: "warning", note: "notice" };

/** @param {string} text */
function escapeData(text) {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** @param {string} text */
function escapeProperty(text) {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

const [, , file = "model-provenance.sarif"] = process.argv;
let log;
try {
  log = JSON.parse(readFileSync(file, "utf8"));
} catch (error) {
  // Wrong usage: the program said on standard error what it is, and wrote no log.
  console.log(
    `::error::${escapeData(`model-provenance wrote no SARIF log: ${error instanceof Error ? error.message : error}`)}`,
  );
  process.exit(0);
}
for (const { level, message, locations } of log.runs[0].results) {
  const { uri } = locations?.[0]?.physicalLocation?.artifactLocation ?? {};
  const place = uri === undefined ? "" : ` file=${escapeProperty(decodeURIComponent(uri))}`;
  console.log(
    `::${COMMANDS[/** @type {keyof typeof COMMANDS} */ (level)] ?? "error"}${place}::${escapeData(message.text)}`,
  );
}
