import assert from "node:assert/strict";
import { hubReferences } from "../../../../src/ui/code/hub-references.ts";
import { stringsInCode } from "../../../../src/ui/code/strings-in-code.ts";

const read = (text: string) => hubReferences(text, stringsInCode(text, "python"));
const names = (text: string) => read(text).map(({ repository }) => repository);

describe("models of the Hugging Face Hub in code", () => {
  for (const code of [
    'AutoModel.from_pretrained("acme/tiny")',
    "AutoModel.from_pretrained(\n    'acme/tiny',\n    torch_dtype=torch.float16,\n)",
    'hf_hub_download("acme/tiny", "config.json")',
    'hf_hub_download(filename="config.json", repo_id="acme/tiny")',
    'snapshot_download(repo_id="acme/tiny")',
    'huggingface_hub.snapshot_download("acme/tiny")',
    'pipeline("text-generation", model="acme/tiny")',
    'SentenceTransformer("acme/tiny")',
    'model = AutoModel.from_pretrained(r"acme/tiny")  # a comment',
  ]) {
    it(`are found: ${code}`, () => assert.deepEqual(names(code), ["acme/tiny"]));
  }

  for (const code of [
    'open("acme/tiny")',
    'load_dataset("acme/tiny")',
    '# AutoModel.from_pretrained("acme/tiny")',
    'AutoModel.from_pretrained("./acme/tiny")',
    'AutoModel.from_pretrained("acme/tiny/sub")',
    'AutoModel.from_pretrained(f"acme/{name}")',
    'AutoModel.from_pretrained("acme/tiny"',
    'AutoModel.from_pretrained("../tiny")',
    'f(AutoModel.from_pretrained, model="acme/tiny")',
  ]) {
    it(`are not found: ${code}`, () => assert.deepEqual(names(code), []));
  }

  it("have the revision that the call names, on either side of the name", () => {
    const of = (rest: string) => read(`AutoModel.from_pretrained("acme/tiny"${rest})`)[0];
    assert.deepEqual([of("")?.hasRevision, of("")?.revision], [false, undefined]);
    assert.deepEqual([of(', revision="main"')?.hasRevision, of(', revision="main"')?.revision], [true, "main"]);
    assert.deepEqual([of(", revision=REVISION")?.hasRevision, of(", revision=REVISION")?.revision], [true, undefined]);
    assert.equal(of(', token=f(revision="x")')?.hasRevision, false);
    assert.equal(of(', note="revision=1"')?.hasRevision, false);
    assert.equal(of(', revision_note="1"')?.hasRevision, false);
    assert.equal(read('snapshot_download(revision="v1", repo_id="acme/tiny")')[0]?.revision, "v1");
  });

  it("have the position after the name, where an argument can be inserted", () => {
    const text = 'x = AutoModel.from_pretrained("acme/tiny")';
    const after = read(text)[0]?.after ?? 0;
    assert.equal(
      `${text.slice(0, after)}, revision="1"${text.slice(after)}`,
      'x = AutoModel.from_pretrained("acme/tiny", revision="1")',
    );
  });

  it("are read in time linear in the text", () => {
    const text = 'AutoModel.from_pretrained("acme/tiny", '.repeat(4000);
    const started = performance.now();
    read(text);
    assert.ok(performance.now() - started < 2000);
  });
});
