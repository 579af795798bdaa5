// Bundles: the extension and its processes, the terminal program into dist/; the library into dist/library/.
// All entries of a folder share their chunks in that folder: code finds hash-worker.js beside itself.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const ROOT = import.meta.dirname;

const PROGRAM = {
  extension: "src/extension.ts",
  engine: "src/engine.ts",
  "hash-worker": "src/core/hashing/hash-worker.ts",
  "pkcs11-process": "src/core/signing/pkcs11/pkcs11-process.ts",
};

/** In dist/, and made by another build than the chunks. */
const ELSEWHERE = new Set(["viewer.js", "cli.js"]);

/** What the signature viewer's page is made of: no part of Node, no part of the editor. */
const PAGE = ["ts", "css"].map((kind) => ({ in: `src/ui/viewer/webview/viewer.${kind}`, out: "viewer" }));

/**
 * Left out of the bundles. The native libraries and the character sets (half a megabyte, for pages in other encodings
 * than UTF-8) are optional to what imports them, as is CycloneDX in XML: it does without where they are not installed.
 */
export const EXTERNAL = ["vscode", "@napi-rs/*", "koffi", "iconv-lite", "xmlbuilder2"];

/** What the launcher loads: from source, and built. */
const PROGRAMS = ["./terminal/program.ts", "./cli-main.cjs"];

const ALIAS = { "make-fetch-happen": "./src/core/signing/sigstore-fetch.ts" };

const LIBRARY = {
  sign: "src/core/operations/sign/sign.ts",
  verify: "src/core/operations/verify/verify.ts",
  digest: "src/core/operations/digest/digest.ts",
  inspect: "src/core/operations/inspect.ts",
  errors: "src/core/errors.ts",
  "trust-root-files": "src/core/verification/trust-root-files.ts",
  "hash-worker": "src/core/hashing/hash-worker.ts",
  "pkcs11-process": "src/core/signing/pkcs11/pkcs11-process.ts",
};

/**
 * `await import()` of a CommonJS package has its named exports under Node, and none of them in a bundle of esbuild's.
 * This puts a module of the names that Node finds in between.
 * @type {import("esbuild").Plugin}
 */
export const LATE_COMMONJS = {
  name: "late-commonjs",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir }) => {
      if (kind !== "dynamic-import" || isBuiltin(path)) return undefined;
      const found = await resolve(path, { kind: "import-statement", resolveDir });
      if (!/\.c?js$/.test(found.path)) return undefined;
      const names = Object.keys(await import(pathToFileURL(found.path).href));
      // Node names this export of what is CommonJS, and of nothing else.
      if (!names.includes("module.exports")) return undefined;
      // Named `.mjs`, so that `default` is all of `module.exports`, as under Node.
      return { path: `${path}.mjs`, namespace: "late-commonjs", pluginData: { path, names, resolveDir } };
    });
    onLoad({ filter: /.*/, namespace: "late-commonjs" }, ({ pluginData: { path, names, resolveDir } }) => {
      const named = names.filter((/** @type {string} */ name) => /^(?!default$)[\w$]+$/.test(name)).join(", ");
      const contents = `import all from ${JSON.stringify(path)};\nexport default all;\nexport const { ${named} } = all;\n`;
      return { contents, resolveDir };
    });
  },
};

/**
 * Of package.json only what the code asks it for.
 * @type {import("esbuild").Plugin}
 */
const OWN_MANIFEST = {
  name: "own-manifest",
  setup({ onLoad }) {
    onLoad({ filter: /package\.json$/ }, ({ path }) => {
      if (path !== join(ROOT, "package.json")) return undefined;
      const { version, engines } = JSON.parse(readFileSync(path, "utf8"));
      return { contents: JSON.stringify({ version, engines: { node: engines.node } }), loader: "json" };
    });
  },
};

/**
 * In place of each package but the small one that every command uses: a call for it in `cli-packages.cjs`. To read and
 * keep all of them in memory took a tenth of the time in which a small model is verified.
 * @param {Set<string>} packages filled with the names called for
 * @returns {import("esbuild").Plugin}
 */
function packagesApart(packages) {
  return {
    name: "packages-apart",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
        const isExternal = EXTERNAL.some((external) => path.startsWith(external.replace("*", "")));
        const isOfOurs = kind !== "entry-point" && !importer.includes("node_modules");
        if (!isOfOurs || isBuiltin(path) || isExternal || path === "valibot") return undefined;
        packages.add(path);
        return { path, namespace: "packages-apart" };
      });
      onLoad({ filter: /.*/, namespace: "packages-apart" }, ({ path }) => ({
        contents: `module.exports = require("./cli-packages.cjs")[${JSON.stringify(path)}]();`,
      }));
    },
  };
}

/**
 * What all bundles for Node have in common.
 * @type {import("esbuild").BuildOptions & { metafile: true }}
 */
const FOR_NODE = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  target: "node22",
  external: EXTERNAL,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  plugins: [LATE_COMMONJS, OWN_MANIFEST],
};

/** @type {import("esbuild").BuildOptions & { metafile: true }} */
const COMMONJS = {
  ...FOR_NODE,
  format: "cjs",
  // The launcher runs the program as a script, where Node warns of each import.
  supported: { "dynamic-import": false },
  alias: ALIAS,
  define: { "import.meta.url": "$url" },
  banner: { js: 'const $url=require("node:url").pathToFileURL(__filename).href;' },
};

/** Returns the sources that went into the bundles, relative to the repository, and what esbuild says of those in dist/. */
export async function bundle() {
  const program = await bundleInto("dist", PROGRAM);
  const terminal = await bundleTerminal();
  const library = await bundleInto("dist/library", LIBRARY, ["src/library-check.ts"]);
  const page = await bundlePage();
  const sources = new Set([program, terminal, library, page].flatMap(({ inputs }) => Object.keys(inputs)));
  return { sources: [...sources].sort(), program };
}

/**
 * A launcher, and the terminal program in two CommonJS files, our code and the packages: Node keeps them compiled, and finds
 * no chunks to read. Its worker, and the process of a PKCS #11 module, are one file each as well.
 */
export async function bundleTerminal(folder = "dist") {
  const launcher = await build({
    ...FOR_NODE,
    outdir: folder,
    entryPoints: { cli: "src/cli.ts" },
    format: "esm",
    // Releases that are too old have to read it, to say so.
    target: "node14.13.1",
    external: PROGRAMS,
  });
  /** @type {Set<string>} */
  const packages = new Set();
  const program = await build({
    ...COMMONJS,
    outdir: folder,
    entryPoints: {
      "cli-main": "src/terminal/program.ts",
      "hash-worker": "src/core/hashing/hash-worker.ts",
      "pkcs11-process": "src/core/signing/pkcs11/pkcs11-process.ts",
    },
    outExtension: { ".js": ".cjs" },
    external: [...EXTERNAL, "./cli-packages.cjs"],
    plugins: [packagesApart(packages), OWN_MANIFEST],
  });
  const calls = [...packages].sort().map((name) => `${JSON.stringify(name)}: () => require(${JSON.stringify(name)})`);
  const libraries = await build({
    ...COMMONJS,
    outfile: join(folder, "cli-packages.cjs"),
    stdin: { contents: `module.exports = { ${calls.join(", ")} };`, resolveDir: ROOT },
  });
  return { inputs: Object.assign({}, ...[launcher, program, libraries].map(({ metafile }) => metafile.inputs)) };
}

/** One script and one style sheet. */
async function bundlePage() {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: PAGE,
    outdir: "dist",
    bundle: true,
    platform: "browser",
    target: "chrome134",
    format: "iife",
    minify: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

/**
 * @param {string} folder
 * @param {Record<string, string>} entries
 * @param {string[]} first what every module imports before all else
 */
async function bundleInto(folder, entries, first = []) {
  const { metafile } = await build({
    ...FOR_NODE,
    entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(ROOT, path)))),
    outdir: folder,
    format: "esm",
    splitting: true,
    chunkNames: "chunk-[hash]",
    inject: first,
    alias: ALIAS,
    // CommonJS packages require Node's own modules; an ES module has no `require` of its own.
    banner: { js: 'import{createRequire as $require}from"node:module";const require=$require(import.meta.url);' },
  });
  // What an earlier build left goes last: a program that is running from this folder keeps its files until here.
  const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const name of readdirSync(join(ROOT, folder))) {
    if (name.endsWith(".js") && !ELSEWHERE.has(name) && !made.has(name)) rmSync(join(ROOT, folder, name));
  }
  return metafile;
}
