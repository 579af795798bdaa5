import type { ModelFile } from "./file-list.ts";
import type { Tool } from "./file-notes.ts";
import { readListed } from "./listed-content.ts";
import {
  isDesktopIni,
  isFinderStore,
  isHubRecord,
  isHubTreeList,
  isHubTreeListName,
  isNotebook,
  isThumbnailCache,
} from "./tool-file-formats.ts";

interface ToolFileKind {
  readonly tool: Tool;
  /** Whether the tool would call a file so; canonical name. */
  readonly isNamed: (name: string) => boolean;
  /** Bytes; a larger file is not what it is called. */
  readonly limit: number;
  /** Whether this is what the tool writes there. */
  readonly isContent: (bytes: Buffer, name: string) => boolean;
}

/** The whole list. A name alone makes no tool file: the content has to be what the tool writes, too. */
const KINDS: readonly ToolFileKind[] = [
  { tool: "huggingface", isNamed: isHubTreeListName, limit: 4 * 1024 * 1024, isContent: isHubTreeList },
  {
    tool: "huggingface",
    isNamed: (name) => name.startsWith(".cache/huggingface/"),
    limit: 1024,
    isContent: isHubRecord,
  },
  {
    tool: "macos",
    isNamed: (name) => baseName(name) === ".DS_Store",
    limit: 4 * 1024 * 1024,
    isContent: isFinderStore,
  },
  {
    tool: "windows",
    isNamed: (name) => baseName(name) === "Thumbs.db",
    limit: 16 * 1024 * 1024,
    isContent: isThumbnailCache,
  },
  { tool: "windows", isNamed: (name) => baseName(name) === "desktop.ini", limit: 16 * 1024, isContent: isDesktopIni },
  {
    tool: "jupyter",
    isNamed: (name) => /(?:^|\/)\.ipynb_checkpoints\/[^/]+-checkpoint\.ipynb$/.test(name),
    limit: 16 * 1024 * 1024,
    isContent: isNotebook,
  },
];

/** The tool that wrote a file, by the exact list of names and by the content that it writes under them. */
export function toolOf(file: ModelFile): Tool | undefined {
  const kind = KINDS.find(({ isNamed }) => isNamed(file.name));
  if (kind === undefined) return undefined;
  const bytes = readListed(file, kind.limit);
  return bytes !== undefined && kind.isContent(bytes, file.name) ? kind.tool : undefined;
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
