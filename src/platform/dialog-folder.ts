import { homedir } from "node:os";
import { Uri, workspace } from "vscode";

/** Where a file dialog starts: in the first folder of the workspace, otherwise in the user's home folder. */
export function dialogFolder(): Uri {
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file");
  return folder?.uri ?? Uri.file(homedir());
}
