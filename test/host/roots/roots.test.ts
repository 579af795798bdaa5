import assert from "node:assert/strict";
import { join } from "node:path";
import { Uri, workspace } from "vscode";
import { extensionApi, until, Watched } from "../../support/extension-api.ts";

describe("a workspace of several folders", () => {
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);

  it("has the models of each", async () => {
    const api = await extensionApi();
    assert.equal(folders.length, 2);
    for (const folder of folders) {
      for (const name of ["tiny-llama", "gguf", "onnx", "release-notes-skill"]) {
        const watched = new Watched(api, join(folder, name));
        await watched.reaches("unsigned");
        watched.dispose();
      }
    }
  });

  it("removes the models of a folder that is removed, and keeps the others", async () => {
    const api = await extensionApi();
    const [kept = "", removed = ""] = folders;
    assert.equal(workspace.updateWorkspaceFolders(1, 1), true);
    await until("the folder is forgotten", () => api.getVerdict(Uri.file(join(removed, "tiny-llama"))) === undefined);
    assert.equal(api.getVerdict(Uri.file(join(kept, "tiny-llama")))?.state, "unsigned");
  });
});
