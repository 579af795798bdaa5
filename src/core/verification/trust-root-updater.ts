// Loaded on demand by trust-root-refresh.ts. A bundler gives CommonJS packages their names only where the import is static.
export { Updater } from "tuf-js";
export { DefaultFetcher } from "tuf-js/dist/fetcher.js";
