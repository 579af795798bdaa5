// Plain JavaScript, and old: releases that are too old have to read it, and scripts/run.mjs runs it without a build.

/**
 * What is wrong with a Node that `engines` of package.json leaves out, for a person; undefined where it is supported.
 *
 * @param {string} running such as "20.11.1"
 * @param {string} range alternatives `^1.2.3` and `>=1.2.3`, oldest first, joined by ` || `
 * @returns {string | undefined}
 */
export function nodeProblem(running, range) {
  const found = numbersOf(running);
  const alternatives = range.split("||").map((text) => ({ ofOneMajor: text.includes("^"), least: numbersOf(text) }));
  const isSupported = alternatives.some(
    ({ ofOneMajor, least }) => !isOlder(found, least) && (!ofOneMajor || found[0] === least[0]),
  );
  if (isSupported) return undefined;
  const texts = alternatives.map(
    ({ ofOneMajor, least }) => `${least.join(".")} or ${ofOneMajor ? `a newer ${least[0]}` : "newer"}`,
  );
  const [oldest] = alternatives;
  const isTooOld = oldest !== undefined && isOlder(found, oldest.least);
  const wanted = isTooOld ? `${leastText(oldest.least, found)} or newer` : texts.join(", ");
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
 * Major, minor and patch.
 *
 * @param {string} text
 * @returns {number[]}
 */
function numbersOf(text) {
  const parts = text.replace(/^[^0-9]*/, "").split(".");
  return [0, 1, 2].map((index) => Number.parseInt(parts[index] || "0", 10));
}

/**
 * Without the patch, unless that is what the running one lacks.
 *
 * @param {number[]} least
 * @param {number[]} found
 */
function leastText(least, found) {
  const lacksPatch = found[0] === least[0] && found[1] === least[1];
  return least.slice(0, lacksPatch ? 3 : 2).join(".");
}

/**
 * @param {number[]} found
 * @param {number[]} least
 */
function isOlder(found, least) {
  const [at = 0] = [0, 1, 2].filter((index) => found[index] !== least[index]);
  return Number(found[at]) < Number(least[at]);
}
