// Loaded on demand by trust-root.ts. A bundler gives CommonJS packages their names only where the import is static.
export { SigningConfig, TrustedRoot } from "@sigstore/protobuf-specs";
