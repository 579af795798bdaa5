import assert from "node:assert/strict";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { COMMITS, pointerOf, sha256Of } from "../../support/downloads/hub-files.ts";
import { buildDownload } from "../../support/downloads/kept-downloads.ts";
import { buildOllamaStore } from "../../support/downloads/ollama-store.ts";
import { makeKeys } from "../../support/keys.ts";
import { runMain } from "../../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const SNAPSHOT = `models--acme--tiny/snapshots/${COMMITS.first}`;

/** The published schema of CycloneDX 1.6, which the library carries. */
function schemaCheck() {
  const manifest = createRequire(import.meta.url).resolve("@cyclonedx/cyclonedx-library/package.json");
  const schema = (name: string): object =>
    JSON.parse(readFileSync(join(dirname(manifest), "res/schema", `${name}.SNAPSHOT.schema.json`), "utf8"));
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  for (const name of ["spdx", "jsf-0.82", "cryptography-defs"]) {
    ajv.addSchema({ ...schema(name), $id: `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json` });
  }
  return ajv.compile(schema("bom-1.6"));
}

interface Component {
  readonly type: string;
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: unknown;
  readonly externalReferences?: readonly { readonly url: string; readonly type: string; readonly hashes: unknown }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly pedigree?: { readonly ancestors: readonly Component[]; readonly notes: string };
}

interface Bom {
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

describe("model-provenance bom", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const validate = schemaCheck();
  const bom = async (path: string): Promise<Bom> => {
    const { status, stdout, stderr } = await runMain(["bom", path], {
      env: { XDG_CACHE_HOME: join(folder(), "cache") },
    });
    assert.equal(status, 0, stderr);
    const parsed: unknown = JSON.parse(stdout);
    assert.ok(validate(parsed), JSON.stringify(validate.errors?.slice(0, 5), null, 2));
    return parsed as Bom;
  };

  it("writes model, files, record, license and base models as CycloneDX 1.6 defines them", async () => {
    buildDownload(folder(), "cache-full");
    const { specVersion, metadata, components } = await bom(join(folder(), SNAPSHOT));
    assert.equal(specVersion, "1.6");
    const { component } = metadata;
    assert.equal(component.type, "machine-learning-model");
    assert.equal(`${component.group}/${component.name}`, "acme/tiny");
    assert.equal(component.version, COMMITS.first);
    assert.equal(component.purl, `pkg:huggingface/acme/tiny@${COMMITS.first}`);
    assert.deepEqual(component.licenses, [{ license: { id: "Apache-2.0", acknowledgement: "declared" } }]);
    assert.equal(components.length, 5);
    for (const { name, hashes, properties } of components) {
      const bytes = readFileSync(join(folder(), SNAPSHOT, name));
      assert.deepEqual(hashes, [{ alg: "SHA-256", content: sha256Of(bytes) }], name);
      assert.deepEqual(properties, [{ name: "model-provenance:downloadRecord", value: "match" }]);
    }
    assert.deepEqual(
      component.pedigree?.ancestors.map(({ type, name, properties }) => ({ type, name, properties })),
      [
        {
          type: "machine-learning-model",
          name: "acme/base-model",
          properties: [
            { name: "model-provenance:basis", value: "declared" },
            { name: "model-provenance:declaredIn", value: "README.md: base_model" },
          ],
        },
      ],
    );
    assert.match(component.pedigree?.notes ?? "", /Declared/);
  });

  it("lists the files as parts of the model, also of a single file, whose signature is next to it", async () => {
    writeTree(folder(), { "tiny.gguf": "x", "key.pem": makeKeys().privatePem });
    const model = join(folder(), "tiny.gguf");
    await runMain(["sign", "key", model, "--private-key", join(folder(), "key.pem")]);
    const { metadata, components, dependencies } = await bom(model);
    assert.deepEqual(
      components.map(({ name }) => name),
      ["tiny.gguf"],
    );
    assert.equal(metadata.component.name, "tiny.gguf");
    assert.equal(metadata.component.externalReferences?.[0]?.url, "tiny.gguf.sig");
    assert.deepEqual(dependencies.find(({ ref }) => ref === "model")?.dependsOn, ["file:tiny.gguf"]);
  });

  it("lists the blobs of a model in Ollama's store", async () => {
    const path = "manifests/registry.ollama.ai/library/tiny/1b";
    buildOllamaStore(folder(), { [path]: { model: Buffer.from("weights"), template: Buffer.from("t") } });
    const { metadata, components } = await bom(join(folder(), path));
    const { name, group, version, purl } = metadata.component;
    assert.deepEqual(
      { name, group, version, purl },
      { name: "tiny", group: "library", version: "1b", purl: undefined },
    );
    assert.equal(components.length, 3);
    for (const { name: blob, hashes } of components) assert.equal(`sha256-${hashes?.[0]?.content}`, blob);
  });

  it("omits what is not known", async () => {
    writeTree(folder(), { "model/a.safetensors": "x" });
    const { metadata, components } = await bom(join(folder(), "model"));
    const { "bom-ref": _, ...component } = metadata.component as Component & { readonly "bom-ref": string };
    assert.deepEqual(component, { type: "machine-learning-model", name: "model" });
    assert.deepEqual(components[0]?.hashes, [{ alg: "SHA-256", content: sha256Of(Buffer.from("x")) }]);
    assert.equal(components[0]?.properties, undefined);
  });

  it("has no digest of content that is not downloaded, and names what was not read", async () => {
    writeTree(folder(), { "model/a.safetensors": pointerOf(Buffer.alloc(9)), "model/b.txt": "b" });
    symlinkSync(join(folder(), "elsewhere"), join(folder(), "model/link"));
    const { components, metadata } = await bom(join(folder(), "model"));
    assert.equal(components[0]?.hashes, undefined);
    assert.deepEqual(components[0]?.properties, [{ name: "model-provenance:content", value: "Git LFS pointer" }]);
    assert.deepEqual(metadata.component.properties, [{ name: "model-provenance:notRead", value: "link" }]);
  });

  it("marks a changed file, and has the signer of the signature as a claim", async () => {
    buildDownload(folder(), "cache-copies");
    const model = join(folder(), SNAPSHOT);
    writeFileSync(join(model, "config.json"), "{}");
    const keys = makeKeys();
    writeTree(folder(), { "key.pem": keys.privatePem });
    await runMain(["sign", "key", model, "--private-key", join(folder(), "key.pem")]);
    const { metadata, components } = await bom(model);
    const config = components.find(({ name }) => name === "config.json");
    assert.deepEqual(config?.properties, [{ name: "model-provenance:downloadRecord", value: "changed" }]);
    const [signature] = metadata.component.externalReferences ?? [];
    assert.equal(signature?.type, "digital-signature");
    assert.equal(signature?.url, "model.sig");
    assert.deepEqual(signature?.hashes, [
      { alg: "SHA-256", content: sha256Of(readFileSync(join(model, "model.sig"))) },
    ]);
    const claimed = metadata.component.properties?.find(({ name }) => name === "model-provenance:claimedSigner");
    assert.match(claimed?.value ?? "", /key/);
    assert.equal(
      components.some(({ name }) => name === "model.sig"),
      false,
    );
  });

  it("keeps a license that SPDX does not have, and markup, as text", async () => {
    writeTree(folder(), {
      "m/README.md": '---\nlicense: "my <b>license</b>"\nbase_model: "<img src=x>"\n---\n',
      "m/a.onnx": "x",
    });
    const { component } = (await bom(join(folder(), "m"))).metadata;
    assert.deepEqual(component.licenses, [{ license: { name: "my <b>license</b>", acknowledgement: "declared" } }]);
    assert.equal(component.pedigree?.ancestors[0]?.name, "<img src=x>");
  });
});
