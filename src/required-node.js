// Plain JavaScript, and old: releases that are too old have to read it, and scripts/run.mjs runs it without a build.

/**
 * What is wrong with a Node that `engines` of package.json leaves out, for a person; undefined where it is supported.
 *
 * @param {string} running such as "20.11.1"
 * @param {string} range alternatives `^1.2.3` and `>=1.2.3`, oldest first, joined by ` || `
 * @returns {string | undefined}
 */
export function nodeProblem(running, range) {
  const found = version(running);
  const alternatives = range.split("||").map((text) => ({ ofOneMajor: text.includes("^"), least: version(text) }));
  const isSupported = alternatives.some(
    ({ ofOneMajor, least }) => !isOlder(found, least) && (!ofOneMajor || found.major === least.major),
  );
  if (isSupported) return undefined;
  const texts = alternatives.map(
    ({ ofOneMajor, least }) => `${versionText(least)} or ${ofOneMajor ? `a newer ${least.major}` : "newer"}`,
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

/** @typedef {{ readonly major: number, readonly minor: number, readonly patch: number }} Version */

/**
 * @param {string} text
 * @returns {Version}
 */
function version(text) {
  const numbers = text.replace(/^[^0-9]*/, "").split(".");
  const [major = 0, minor = 0, patch = 0] = numbers.map((part) => Number.parseInt(part, 10) || 0);
  return { major, minor, patch };
}

/** @param {Version} version */
function versionText({ major, minor, patch }) {
  return `${major}.${minor}.${patch}`;
}

/**
 * Without the patch, unless that is what the running one lacks.
 *
 * @param {Version} least
 * @param {Version} found
 */
function leastText(least, found) {
  const lacksPatch = found.major === least.major && found.minor === least.minor;
  return lacksPatch ? versionText(least) : `${least.major}.${least.minor}`;
}

/**
 * @param {Version} found
 * @param {Version} least
 */
function isOlder(found, least) {
  if (found.major !== least.major) return found.major < least.major;
  if (found.minor !== least.minor) return found.minor < least.minor;
  return found.patch < least.patch;
}
