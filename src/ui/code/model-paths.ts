import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isModelFile } from "../../core/model/model-files.ts";
import type { CodeString } from "./strings-in-code.ts";

/** In addition to the known formats: in code, these are mostly models. */
const OTHER_MODEL_FILE = /\.(?:ggml|bin|pb|engine)$/i;
/** `https:`, `hf:`, but not the letter of a drive. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;
/** A call, an argument or a key that takes a model, directly before the string. */
const TAKES_MODEL =
  /(?:from_pretrained|load|model|checkpoint|ckpt|weights|pipeline|tokenizer|session|llama|auto)\w*["']?\s*[([:=]\s*[rbu]{0,2}["']?$/i;
/** Characters before a string that are searched. */
const BEFORE = 64;

/**
 * Whether a string may be the path of a model, before any path is looked up: it has a separator, the name of a model
 * file, or the name of a model.
 */
export function mayNameModel(value: string, names: ReadonlySet<string>): boolean {
  if (/^\.{0,2}$/.test(value) || ["\0", "\n", "\r"].some((character) => value.includes(character))) return false;
  if (SCHEME.test(value) && !value.startsWith("file:")) return false;
  return /[\\/]/.test(value) || namesModelFile(value) || names.has(value);
}

/** The absolute paths that the string may refer to, the nearest first. */
export function pathsOf(value: string, bases: readonly string[]): readonly string[] {
  if (value.startsWith("file:")) {
    try {
      return [fileURLToPath(value)];
    } catch {
      return [];
    }
  }
  const path = value.replaceAll("\\", "/");
  return [...new Set(bases.map((base) => resolve(base, path)))];
}

/** Whether code seems to load what the string names: a path does, a bare word only where something takes a model. */
export function seemsLoaded(text: string, { value, start }: CodeString): boolean {
  return (
    /[\\/]/.test(value) || namesModelFile(value) || TAKES_MODEL.test(text.slice(Math.max(0, start - BEFORE), start))
  );
}

function namesModelFile(value: string): boolean {
  return isModelFile(value) || OTHER_MODEL_FILE.test(value);
}
