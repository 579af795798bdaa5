import assert from "node:assert/strict";
import { isImageDisk } from "../../../src/platform/remote-names.ts";

describe("the disk of a window", () => {
  it("belongs to an image in containers and codespaces", () => {
    for (const name of ["dev-container", "attached-container", "k8s-container", "codespaces", "github-codespaces"]) {
      assert.equal(isImageDisk(name), true, name);
    }
  });

  it("belongs to the user elsewhere", () => {
    for (const name of [
      undefined,
      "ssh-remote",
      "wsl",
      "tunnel",
      "localhost:8000",
      "127.0.0.1:8000",
      "container.example",
    ]) {
      assert.equal(isImageDisk(name), false, name);
    }
  });
});
