// Plain JavaScript, and old: releases that are too old have to read it, and scripts/run.mjs runs it without a build.

/**
 * What is wrong with a Node that `engines` of package.json leaves out, for a person; undefined where it is supported.
 *
 * @param {string} running such as "20.11.1"
 * @param {string} range alternatives `^1.2.3` and `>=1.2.3`, oldest first, joined by ` || `
 * @returns {string | undefined}
 */
export function nodeProblem(running, range) {
  const alternatives = range.split("||").map((text) => ({
    ofOneMajor: text.includes("^"),
    least: text.replace(/[^0-9.]/g, ""),
  }));
  const isSupported = alternatives.some(
    ({ ofOneMajor, least }) => !isOlder(running, least) && (!ofOneMajor || majorOf(running) === majorOf(least)),
  );
  if (isSupported) return undefined;
  const texts = alternatives.map(
    ({ ofOneMajor, least }) => `${least} or ${ofOneMajor ? `a newer ${majorOf(least)}` : "newer"}`,
  );
  const [oldest] = alternatives;
  const isTooOld = oldest !== undefined && isOlder(running, oldest.least);
  const wanted = isTooOld ? `${leastText(oldest.least, running)} or newer` : texts.join(", ");
  return `model-provenance needs Node ${wanted}; this is Node ${running}. Install it from https://nodejs.org.`;
}

/**
 * The same for what runs this program. Bun and the like name a Node that they imitate, and are not asked.
 *
 * @param {string} range
 * @returns {string | undefined}
 */
export function runtimeProblem(range) {
  return process.versions["bun"] === undefined ? nodeProblem(process.versions.node, range) : undefined;
}

/**
 * Without the patch, unless that is what the running one lacks.
 *
 * @param {string} least
 * @param {string} running
 */
function leastText(least, running) {
  const withoutPatch = least.replace(/\.[0-9]+$/, "");
  return running.startsWith(`${withoutPatch}.`) ? least : withoutPatch;
}

/** @param {string} text begins with digits */
function majorOf(text) {
  return Number.parseInt(text, 10);
}

/**
 * @param {string} version
 * @param {string} least
 */
function isOlder(version, least) {
  const numbers = version.split(".").map(majorOf);
  const wanted = least.split(".").map(majorOf);
  const at = wanted.findIndex((number, place) => number !== numbers[place]);
  return at !== -1 && Number(numbers[at]) < Number(wanted[at]);
}
