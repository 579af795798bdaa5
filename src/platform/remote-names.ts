// Imports nothing, so that a test in plain Node can call it.

/** Of Dev Containers, "Attach to Running Container", Kubernetes and GitHub Codespaces. */
const IMAGES = /^(?:[a-z0-9-]+-container|(?:github-)?codespaces)$/;

/**
 * Whether the disk of a window is made of an image that a repository names: a file on it, wherever it lies, is not the
 * person's own.
 *
 * @param remoteName `env.remoteName` of the editor, which the person's own machine says; undefined for a local window
 */
export function isImageDisk(remoteName: string | undefined): boolean {
  return remoteName !== undefined && IMAGES.test(remoteName);
}
