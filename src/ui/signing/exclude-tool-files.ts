import type { SigningPreview } from "../../engine/signing-preview.ts";

/** The preview of a signature that excludes these files of `toolFiles`. */
export function withoutToolFiles(preview: SigningPreview, names: readonly string[]): SigningPreview {
  const left = new Set(names);
  const isKept = ({ name }: { readonly name: string }): boolean => !left.has(name);
  const excluded = preview.toolFiles.filter((file) => !isKept(file));
  const bytes = excluded.reduce((sum, { size }) => sum + size, 0);
  return {
    ...preview,
    fileCount: preview.fileCount - left.size,
    totalBytes: preview.totalBytes - bytes,
    files: preview.files.filter(isKept),
    largest: preview.largest.filter(isKept),
    ignoredCount: preview.ignoredCount + left.size,
    ignored: [...preview.ignored, ...excluded.map(({ name, size }) => ({ name, bytes: size, atLeast: false }))],
  };
}
