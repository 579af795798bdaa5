// Loaded on demand by libraries.ts. A bundler gives CommonJS packages their names only where the import is static.
export * as bundle from "@sigstore/bundle";
export * as core from "@sigstore/core";
export { default as libraryCrypto } from "@sigstore/core/dist/crypto.js";
export * as verify from "@sigstore/verify";
