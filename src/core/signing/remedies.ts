/**
 * Last sentences of signing errors: what to do. The terminal replaces them by its options; a sentence about what was
 * published may follow.
 */
export const REMEDIES = {
  SIGNATURE_WOULD_OVERWRITE: "Choose another path for the signature.",
  SIGNATURE_OTHER_MODEL: "Choose another path, or replace it on purpose.",
  SIGNATURE_OTHER_SIGNER: "Choose another path, or replace it on purpose.",
  SIGNATURE_UNWRITABLE: "A signature that was there before is unchanged.",
  MODEL_ENV_FILE: "Move it out of the model, or leave it out of the signature.",
  MODEL_LFS_POINTER: "Run git lfs pull, then sign.",
  MODEL_INCOMPLETE: "Complete it, or sign it on purpose as it is.",
  MODEL_PRIVATE_KEY: "Move it out of the model, or leave it out of the signature.",
} as const;
