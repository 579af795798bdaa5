import assert from "node:assert/strict";
import { hubReferences } from "../../../../src/ui/code/hub-references.ts";

const read = hubReferences;
const names = (text: string) => read(text).map(({ repository }) => repository);

/** The code with an argument where one can be put. */
function pinned(text: string): string {
  const after = read(text)[0]?.after ?? assert.fail(text);
  return `${text.slice(0, after)}, revision="1"${text.slice(after)}`;
}

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
    'AutoModel.from_pretrained("acme/tiny", **kwargs)',
    'AutoModel.from_pretrained(\n    # "acme/old",\n    "acme/tiny",  # (the small one\n)',
    'AutoModel.from_pretrained(\r\n    "acme/tiny",\r\n    device_map="auto",\r\n)\r\n',
    'AutoModel.from_pretrained("""acme/tiny""")',
    "AutoModel.from_pretrained('''acme/tiny''')",
    'AutoModel.from_pretrained(f"acme/tiny")',
    'AutoModel.from_pretrained( \\\r\n "acme/tiny")',
    'AutoModel.from_pretrained (pretrained_model_name_or_path = "acme/tiny")',
    'load(other).from_pretrained("acme/tiny")',
    '(AutoModel\n  .from_pretrained("acme/tiny"))',
    'print("it\'s (", AutoModel.from_pretrained("acme/tiny"))',
    'pipeline("text-generation", "acme/tiny")',
    'pipeline(task=find("x"), model="acme/tiny")',
    'snapshot_download("acme/tiny", repo_type="model")',
    'snapshot_download("acme/tiny", repo_type=None)',
    'x = [(\nAutoModel.from_pretrained("acme/tiny")',
    '!echo don\'t (\nAutoModel.from_pretrained("acme/tiny")',
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
    'AutoModel.from_pretrained("acme/tiny" + suffix)',
    'AutoModel.from_pretrained("acme/tiny" "-v2")',
    'AutoModel.from_pretrained("acme/tiny".lower())',
    'AutoModel.from_pretrained("acme/tiny" if small else "acme/large")',
    'AutoModel.from_pretrained("acme/%s" % name)',
    'AutoModel.from_pretrained(b"acme/tiny")',
    'AutoModel.from_pretrained("acme\\x2ftiny")',
    "AutoModel.from_pretrained(name)",
    'AutoModel.from_pretrained(base, "acme/tiny")',
    'AutoModel.from_pretrained(*["acme/tiny"])',
    'AutoModel.from_pretrained(name == "acme/tiny")',
    'Llama.from_pretrained(repo_id="acme/tiny")',
    'pipeline("acme/tiny")',
    'pipeline(*arguments, "acme/tiny")',
    'def pipeline(task, model="acme/tiny"): pass',
    'my_pipeline(model="acme/tiny")',
    'snapshot_download("acme/tiny", repo_type="dataset")',
    'snapshot_download(repo_type="space", repo_id="acme/tiny")',
    'hf_hub_download("acme/tiny", "x", repo_type=KIND)',
    '"""\nAutoModel.from_pretrained("acme/tiny")\n"""',
    "text = 'AutoModel.from_pretrained(\"acme/tiny\")'",
  ]) {
    it(`are not found: ${code}`, () => assert.deepEqual(names(code), []));
  }

  it("have the revision that the call names, on either side of the name", () => {
    const of = (rest: string) => read(`AutoModel.from_pretrained("acme/tiny"${rest})`)[0];
    assert.deepEqual([of("")?.hasRevision, of("")?.revision], [false, undefined]);
    assert.deepEqual([of(', revision="main"')?.hasRevision, of(', revision="main"')?.revision], [true, "main"]);
    assert.deepEqual([of(", revision=REVISION")?.hasRevision, of(", revision=REVISION")?.revision], [true, undefined]);
    assert.deepEqual([of(', revision=f"{x}"')?.hasRevision, of(', revision=f"{x}"')?.revision], [true, undefined]);
    assert.equal(of(', revision="v" "1"')?.revision, undefined);
    assert.equal(of(', revision="""v1"""')?.revision, "v1");
    assert.equal(of("\r\n, revision = (\r\nx)")?.hasRevision, true);
    assert.equal(of(", **kwargs")?.hasRevision, true);
    assert.equal(of(", *arguments")?.hasRevision, false);
    assert.equal(of(', token=f(revision="x")')?.hasRevision, false);
    assert.equal(of(', note="revision=1"')?.hasRevision, false);
    assert.equal(of(', revision_note="1"')?.hasRevision, false);
    assert.equal(of(', # revision="x"\n')?.hasRevision, false);
    assert.equal(read('snapshot_download(revision="v1", repo_id="acme/tiny")')[0]?.revision, "v1");
    assert.equal(read('f(AutoModel.from_pretrained("acme/tiny"), revision="v1")')[0]?.hasRevision, false);
  });

  for (const [code, expected] of [
    ['x = A.from_pretrained("acme/tiny")', 'x = A.from_pretrained("acme/tiny", revision="1")'],
    ["A.from_pretrained('acme/tiny',\r\n)", "A.from_pretrained('acme/tiny', revision=\"1\",\r\n)"],
    ["A.from_pretrained('''acme/tiny''', x=1)", "A.from_pretrained('''acme/tiny''', revision=\"1\", x=1)"],
    ['hf_hub_download("acme/tiny", "a.json")', 'hf_hub_download("acme/tiny", "a.json", revision="1")'],
    [
      'hf_hub_download(\n  "acme/tiny",\n  f(1, b=2),  # ("x")\n  local_dir="d",\n)',
      'hf_hub_download(\n  "acme/tiny",\n  f(1, b=2), revision="1",  # ("x")\n  local_dir="d",\n)',
    ],
    [
      'snapshot_download(token=t, repo_id="acme/tiny")',
      'snapshot_download(token=t, repo_id="acme/tiny", revision="1")',
    ],
    ['pipeline("x", "acme/tiny", device=0)', 'pipeline("x", "acme/tiny", revision="1", device=0)'],
    ['A.from_pretrained("acme/tiny", *more)', 'A.from_pretrained("acme/tiny", *more, revision="1")'],
    ['A.from_pretrained("acme/tiny"  # base\n)', 'A.from_pretrained("acme/tiny", revision="1"  # base\n)'],
  ] as const) {
    it(`have the offset where an argument can be inserted: ${code}`, () => assert.equal(pinned(code), expected));
  }

  it("have the offsets of the name without its quotes", () => {
    for (const code of ['a.from_pretrained("""acme/tiny""")', 'é = a.from_pretrained(rf"acme/tiny")']) {
      const { string } = read(code)[0] ?? assert.fail(code);
      assert.equal(code.slice(string.start, string.end), "acme/tiny");
    }
  });

  it("prefer a folder of that name where the library does", () => {
    const prefers = (code: string) => read(code)[0]?.prefersFolder;
    assert.equal(prefers('AutoModel.from_pretrained("acme/tiny")'), true);
    assert.equal(prefers('pipeline(model="acme/tiny")'), true);
    assert.equal(prefers('SentenceTransformer("acme/tiny")'), true);
    assert.equal(prefers('snapshot_download("acme/tiny")'), false);
    assert.equal(prefers('hf_hub_download("acme/tiny", "x")'), false);
  });

  it("are in the order of the text, nested calls included", () => {
    const code = 'pipeline("x", model="a/1", tokenizer=T.from_pretrained("a/2"))\nA.from_pretrained("a/3")';
    assert.deepEqual(names(code), ["a/1", "a/2", "a/3"]);
  });

  it("are read in time linear in the text", () => {
    const texts = ['AutoModel.from_pretrained("acme/tiny", ', '"""', "f(", "a.", 'a(b"', "'\\", ")", "\\\r", "* "];
    for (const text of texts) {
      const started = process.cpuUsage();
      read(text.repeat(Math.floor(190_000 / text.length)));
      assert.ok(process.cpuUsage(started).user < 2e6, text);
    }
  });
});
