/** Extensions of files that contain a model's weights, or a whole model. */
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
  ".distcp",
] as const;

/** `.bin` may be anything; those of PyTorch and whisper.cpp have typical names. */
const WEIGHTS_BIN = /^(ggml-.*|(.*[-_.])?(pytorch_)?model([-_.].*)?)\.bin$/;

/** Whole names: TensorFlow SavedModel, a Diffusers pipeline (its weights lie in sub-folders), Flax, MLflow. */
export const WHOLE_NAMES: ReadonlySet<string> = new Set([
  "saved_model.pb",
  "model_index.json",
  "flax_model.msgpack",
  "mlmodel",
]);

/** Next to `config.json`, these mean that the folder is a model whose weights may be one folder below (`onnx/`). */
const FRONT_NAMES = ["tokenizer.json", "tokenizer_config.json", "preprocessor_config.json", "tokenizer.model"] as const;

/** The description of an agent skill; its folder is the skill. */
export const SKILL_FILE = "SKILL.md";

/**
 * Whether a file of that name is {@link SKILL_FILE}, in any case: a program that opens it gets `skill.md` where the disk
 * ignores case, and the reference of agent skills (agentskills) accepts that name everywhere.
 */
export function isSkillFile(name: string): boolean {
  return name.toLowerCase() === SKILL_FILE.toLowerCase();
}

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

/** Whether that file is one of several that are a model together, by its name. */
export function isNamedPart(name: string): boolean {
  return SPLIT_NAME.test(name);
}

/** `model-00001-of-00003.gguf`: the name, the part, how many there are, the ending. */
export const SPLIT_NAME = /^(.*[-_.])(\d{5})-of-(\d{5})(\.[A-Za-z0-9_.]+)$/;

/** Whether a folder with these names at its top is the model that weights in a folder just below belong to. */
export function isModelFront(names: ReadonlySet<string>): boolean {
  return names.has("config.json") && FRONT_NAMES.some((name) => names.has(name));
}

/** Files that describe how to use the weights next to them: together, they are a whole model. */
const DESCRIPTIONS = ["config.json", "adapter_config.json", "params.json", "saved_model.pb"] as const;

/** Files that describe a model whose weights are in sub-folders: Diffusers, Sentence Transformers, MLflow. */
const PARTS_LISTS = ["model_index.json", "modules.json", "MLmodel"] as const;

/** Whether a folder with these names at its top, and with weights, is a whole model, also inside another one. */
export function isDescribed(names: ReadonlySet<string>): boolean {
  return DESCRIPTIONS.some((name) => names.has(name)) || hasParts(names);
}

/** Whether a file of that name counts for {@link isDescribed}. */
export function isDescription(name: string): boolean {
  return isDescribed(new Set([name]));
}

/**
 * Which weights in folders below belong to a model; signed folders and skills are always separate models.
 * - `nothing`: for weights without a description, as at the top of a workspace
 * - `parts`: for a described model, but not folders that are described themselves, such as checkpoints
 * - `everything`: for what is signed, a skill, a pipeline of several networks, and what the user configured as a model
 */
export type Ownership = "nothing" | "parts" | "everything";

/** The ownership of an unsigned folder with these names at its top. */
export function ownershipOf(names: ReadonlySet<string>): Ownership {
  if (hasParts(names)) return "everything";
  return isDescribed(names) ? "parts" : "nothing";
}

/** Whether a folder with these names at its top is a part of the model around it. */
export function isPartOf(owner: Ownership, names: ReadonlySet<string>): boolean {
  return owner === "everything" || (owner === "parts" && !isDescribed(names));
}

/** Whether described weights in folders below are parts of the folder with these names at its top. */
function hasParts(names: ReadonlySet<string>): boolean {
  return PARTS_LISTS.some((name) => names.has(name));
}
