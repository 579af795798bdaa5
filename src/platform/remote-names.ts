// Imports nothing, so that a test in plain Node can call it.

/** Of Dev Containers, "Attach to Running Container", Kubernetes and GitHub Codespaces. */
const IMAGES = /^(?:[a-z0-9-]+-container|(?:github-)?codespaces)$/;

/**
 * Whether the disk of a window comes from an image that a repository can choose, so that no file on it belongs to the
 * person.
 *
 * @param remoteName `env.remoteName` of the editor, which the user's own machine sets; undefined for a local window
 */
export function isImageDisk(remoteName: string | undefined): boolean {
  return remoteName !== undefined && IMAGES.test(remoteName);
}
