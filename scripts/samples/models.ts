import { gguf } from "./gguf.ts";
import type { Tensor } from "./numbers.ts";
import { onnxLinear } from "./onnx.ts";
import { safetensors } from "./safetensors.ts";

/** Relative path, `/` separated, to content. */
export type SampleFiles = Readonly<Record<string, string | Uint8Array>>;

const HIDDEN = 8;
const FEED_FORWARD = 16;
const WORDS = "the model was signed by its author and has not been changed since a file is read".split(" ");
const VOCABULARY = ["<unk>", "<s>", "</s>", ...new Set(WORDS)];

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function llamaTensors(): Tensor[] {
  const layer = "model.layers.0";
  const square = [HIDDEN, HIDDEN];
  return [
    { name: "model.embed_tokens.weight", shape: [VOCABULARY.length, HIDDEN] },
    { name: `${layer}.input_layernorm.weight`, shape: [HIDDEN] },
    ...["q", "k", "v", "o"].map((name) => ({ name: `${layer}.self_attn.${name}_proj.weight`, shape: square })),
    { name: `${layer}.post_attention_layernorm.weight`, shape: [HIDDEN] },
    { name: `${layer}.mlp.gate_proj.weight`, shape: [FEED_FORWARD, HIDDEN] },
    { name: `${layer}.mlp.up_proj.weight`, shape: [FEED_FORWARD, HIDDEN] },
    { name: `${layer}.mlp.down_proj.weight`, shape: [HIDDEN, FEED_FORWARD] },
    { name: "model.norm.weight", shape: [HIDDEN] },
    { name: "lm_head.weight", shape: [VOCABULARY.length, HIDDEN] },
  ];
}

function safetensorsFolder(): SampleFiles {
  const special = VOCABULARY.slice(0, 3).map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  return {
    ".gitattributes": "*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
    "README.md":
      "---\nlicense: apache-2.0\n---\n\n# tiny-llama\n\nA sample: random weights in the shape of a language model.\n",
    "config.json": json({
      architectures: ["LlamaForCausalLM"],
      model_type: "llama",
      vocab_size: VOCABULARY.length,
      hidden_size: HIDDEN,
      intermediate_size: FEED_FORWARD,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      max_position_embeddings: 64,
      rms_norm_eps: 1e-5,
      tie_word_embeddings: false,
      bos_token_id: 1,
      eos_token_id: 2,
      torch_dtype: "float32",
    }),
    "generation_config.json": json({ bos_token_id: 1, eos_token_id: 2, max_length: 64 }),
    "model.safetensors": safetensors(llamaTensors()),
    "tokenizer.json": json({
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: special,
      normalizer: { type: "Lowercase" },
      pre_tokenizer: { type: "Whitespace" },
      post_processor: null,
      decoder: null,
      model: {
        type: "WordLevel",
        vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
        unk_token: "<unk>",
      },
    }),
    "tokenizer_config.json": json({
      tokenizer_class: "PreTrainedTokenizerFast",
      unk_token: "<unk>",
      bos_token: "<s>",
      eos_token: "</s>",
    }),
  };
}

function ggufFile(): Uint8Array {
  return gguf(
    {
      "general.architecture": "llama",
      "general.name": "tiny",
      "general.alignment": { uint32: 32 },
      "llama.context_length": { uint32: 64 },
      "llama.embedding_length": { uint32: HIDDEN },
      "llama.block_count": { uint32: 0 },
      "llama.feed_forward_length": { uint32: FEED_FORWARD },
      "llama.attention.head_count": { uint32: 2 },
      "llama.attention.layer_norm_rms_epsilon": { float32: 1e-5 },
      "tokenizer.ggml.model": "llama",
      "tokenizer.ggml.tokens": VOCABULARY,
    },
    [
      { name: "token_embd.weight", shape: [VOCABULARY.length, HIDDEN] },
      { name: "output_norm.weight", shape: [HIDDEN] },
      { name: "output.weight", shape: [VOCABULARY.length, HIDDEN] },
    ],
  );
}

function datasetFolder(): SampleFiles {
  const rows = [
    { text: "It does what it says.", label: 1 },
    { text: "The box was empty.", label: 0 },
    { text: "Bought it twice.", label: 1 },
    { text: "It never worked.", label: 0 },
  ];
  const lines = (part: typeof rows): string => part.map((row) => `${JSON.stringify(row)}\n`).join("");
  return {
    "README.md":
      "---\ntask_categories:\n- text-classification\n---\n\n# reviews\n\nA sample dataset: four made-up reviews.\n",
    "data/train.jsonl": lines(rows.slice(0, 3)),
    "data/test.jsonl": lines(rows.slice(3)),
    "labels.csv": "id,name\n0,negative\n1,positive\n",
  };
}

function skillFolder(): SampleFiles {
  return {
    "SKILL.md": `---
name: release-notes
description: Writes release notes from the commits since the last tag. Use when the user asks for release notes or a changelog.
---

# Release notes

1. Run \`scripts/commits.sh\` to list the commits since the last tag.
2. Group them as [reference/style.md](reference/style.md) says.
3. Write one line for each change that a user notices.
`,
    "reference/style.md":
      "# Style\n\nAdded, Changed, Fixed, Removed: in this order, and only those that have an entry.\n",
    "scripts/commits.sh": '#!/bin/sh\ngit log --format=%s "$(git describe --tags --abbrev=0)"..HEAD\n',
  };
}

function under(folder: string, files: SampleFiles): SampleFiles {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));
}

/** A model whose signer is not known yet: the sample with a README of its own. */
export function tunedSample(): SampleFiles {
  const card =
    "---\nbase_model: tiny-llama\n---\n\n# tiny-llama-tuned\n\nA sample: another person's version of tiny-llama.\n";
  return under("tiny-llama-tuned", { ...safetensorsFolder(), "README.md": card });
}

/** The samples: paths of the models, folders or single files, with the files of each. */
export const SAMPLES: Readonly<Record<string, () => SampleFiles>> = {
  "tiny-llama": () => under("tiny-llama", safetensorsFolder()),
  "gguf/tiny-f32.gguf": () => ({ "gguf/tiny-f32.gguf": ggufFile() }),
  "onnx/linear.onnx": () => ({ "onnx/linear.onnx": onnxLinear() }),
  "reviews-dataset": () => under("reviews-dataset", datasetFolder()),
  "release-notes-skill": () => under("release-notes-skill", skillFolder()),
};
