import { homedir } from "node:os";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the Hugging Face client keeps downloads (huggingface_hub, `constants.py`); absolute where the variables are. */
export function hubCacheFolder(env: Environment, home = homedir()): string {
  const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = env;
  if (HF_HUB_CACHE) return expanded(HF_HUB_CACHE, home);
  return join(HF_HOME ? expanded(HF_HOME, home) : join(XDG_CACHE_HOME || join(home, ".cache"), "huggingface"), "hub");
}

function expanded(path: string, home: string): string {
  return path.replace(/^~(?=$|[\\/])/, () => home);
}
