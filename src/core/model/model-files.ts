/** The one list of known formats: endings of files that hold a model's weights, or a whole model. */
export const WEIGHTS = [
  ".safetensors",
  ".gguf",
  ".onnx",
  ".pt",
  ".pth",
  ".ckpt",
  ".keras",
  ".h5",
  ".tflite",
  ".mlmodel",
  ".npz",
  ".pkl",
  ".joblib",
  ".nemo",
  ".pte",
  ".litertlm",
] as const;

/** `.bin` is anybody's; PyTorch's and whisper.cpp's have names that tell. */
const WEIGHTS_BIN = /^(ggml-.*|(.*[-_.])?(pytorch_)?model([-_.].*)?)\.bin$/;

/** Whole names: TensorFlow SavedModel, a Diffusers pipeline (its weights lie in sub-folders), Flax, MLflow. */
export const WHOLE_NAMES: ReadonlySet<string> = new Set([
  "saved_model.pb",
  "model_index.json",
  "flax_model.msgpack",
  "mlmodel",
]);

/** Beside `config.json`, these say that the folder is a model whose weights may lie one folder below (`onnx/`). */
const FRONT_NAMES = ["tokenizer.json", "tokenizer_config.json", "preprocessor_config.json", "tokenizer.model"] as const;

/** The description of an agent skill; its folder is the skill. */
export const SKILL_FILE = "SKILL.md";

/** Whether a file of that name at the top of a folder makes the folder a model. */
export function isModelFile(name: string): boolean {
  const lower = name.toLowerCase();
  return WEIGHTS.some((ending) => lower.endsWith(ending)) || WHOLE_NAMES.has(lower) || WEIGHTS_BIN.test(lower);
}

/** Whether a folder of that name is Core ML's: a model, or a part of the one around it. */
export function isModelPackage(folder: string): boolean {
  return folder.toLowerCase().endsWith(".mlpackage");
}

/** Whether that file is often a whole model by itself. */
export function isSingleFileModel(name: string): boolean {
  return name.toLowerCase().endsWith(".gguf");
}

/** Whether a folder with these names at its top is the model that weights in a folder just below belong to. */
export function isModelFront(names: ReadonlySet<string>): boolean {
  return names.has("config.json") && FRONT_NAMES.some((name) => names.has(name));
}

/** What says how the weights beside it are to be used: with it, they are a whole model. */
const DESCRIPTIONS = ["config.json", "adapter_config.json", "params.json", "saved_model.pb"] as const;

/** These describe a model of several networks, each in a folder of its own: Diffusers, Sentence Transformers. */
const PARTS_LISTS = ["model_index.json", "modules.json"] as const;

/** Whether a folder with these names at its top, and with weights, is a whole model, also inside another one. */
export function isDescribed(names: ReadonlySet<string>): boolean {
  return DESCRIPTIONS.some((name) => names.has(name)) || hasParts(names);
}

/** Whether a file of that name counts for {@link isDescribed}. */
export function isDescription(name: string): boolean {
  return isDescribed(new Set([name]));
}

/**
 * What a model takes for its parts of the weights below it; signed folders and skills are always models of their own.
 * - `nothing`: weights that merely lie there, as at the top of a workspace, do not make a part of what lies below
 * - `parts`: a described model has parts, but no models that are described themselves, such as checkpoints
 * - `everything`: what is signed, a skill, a pipeline of several networks, and what the person says is one model
 */
export type Ownership = "nothing" | "parts" | "everything";

/** What an unsigned folder with these names at its top takes for its parts. */
export function ownershipOf(names: ReadonlySet<string>): Ownership {
  if (hasParts(names)) return "everything";
  return isDescribed(names) ? "parts" : "nothing";
}

/** Whether a folder with these names at its top is a part of the model around it, and no model of its own. */
export function isPartOf(owner: Ownership, names: ReadonlySet<string>): boolean {
  return owner === "everything" || (owner === "parts" && !isDescribed(names));
}

/** Whether described weights in folders below are parts of the folder with these names at its top. */
export function hasParts(names: ReadonlySet<string>): boolean {
  return PARTS_LISTS.some((name) => names.has(name));
}
