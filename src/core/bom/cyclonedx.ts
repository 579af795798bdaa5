import type * as Models from "@cyclonedx/cyclonedx-library/Models";
import type { OriginClaim } from "../origin/origin.ts";
import type { BomFacts, BomFile, BomSignature } from "./bom-facts.ts";

/** Begins the names of properties that CycloneDX has no field for. */
const OWN = "model-provenance";

/**
 * A bill of materials in JSON, of CycloneDX 1.6: the model as a `machine-learning-model`, with a component for each file.
 * What the model's own files claim is marked as declared.
 */
export async function cyclonedxJson(facts: BomFacts): Promise<string> {
  const library = await loadLibrary();
  const { bom, ancestors } = new BomBuilder(library, facts).build();
  const factory = new library.Serialize.JSON.Normalize.Factory(library.Spec.Spec1dot6);
  const normalized = factory.makeForBom().normalize(bom, { sortLists: true });
  const components = ancestors.map((ancestor) => factory.makeForComponent().normalize(ancestor, { sortLists: true }));
  const component = normalized.metadata?.component;
  // The library knows no pedigree.
  const pedigree = { ancestors: components, notes: "Declared by files of the model, and not verified." };
  const metadata = { ...normalized.metadata, component: { ...component, ...(components.length > 0 && { pedigree }) } };
  return `${JSON.stringify({ ...normalized, metadata }, undefined, 2)}\n`;
}

type Library = Awaited<ReturnType<typeof loadLibrary>>;

/** Loaded by what needs it: it is as large as all else of the engine. */
async function loadLibrary() {
  const [models, enums, serialize, spec, spdx] = await Promise.all([
    import("@cyclonedx/cyclonedx-library/Models"),
    import("@cyclonedx/cyclonedx-library/Enums"),
    import("@cyclonedx/cyclonedx-library/Serialize"),
    import("@cyclonedx/cyclonedx-library/Spec"),
    import("@cyclonedx/cyclonedx-library/SPDX"),
  ]);
  return { Models: models, Enums: enums, Serialize: serialize, Spec: spec, Spdx: spdx };
}

class BomBuilder {
  readonly #library: Library;
  readonly #facts: BomFacts;

  constructor(library: Library, facts: BomFacts) {
    this.#library = library;
    this.#facts = facts;
  }

  build(): { readonly bom: Models.Bom; readonly ancestors: readonly Models.Component[] } {
    const { Models, Enums } = this.#library;
    const { files, time, toolVersion } = this.#facts;
    const bom = new Models.Bom();
    bom.metadata.timestamp = new Date(time);
    const tool = new Models.Component(Enums.ComponentType.Application, OWN, { version: toolVersion, bomRef: OWN });
    bom.metadata.tools.components.add(tool);
    const model = this.#model();
    bom.metadata.component = model;
    for (const file of files.map((one) => this.#file(one))) {
      bom.components.add(file);
      model.dependencies.add(file.bomRef);
    }
    const bases = this.#facts.claims.filter(({ kind }) => kind === "base-model");
    return { bom, ancestors: this.#ancestors(bases) };
  }

  #model(): Models.Component {
    const { Models, Enums } = this.#library;
    const { name, origin, signature, notRead, claims } = this.#facts;
    const [group, own] = origin?.repository?.split("/").slice(-2) ?? [];
    const model = new Models.Component(Enums.ComponentType.MachineLearningModel, own ?? group ?? name, {
      bomRef: "model",
    });
    if (group !== undefined && own !== undefined) model.group = group;
    if (origin?.purl !== undefined) model.purl = origin.purl;
    if (origin?.revision !== undefined) model.version = origin.revision;
    if (origin !== undefined) this.#property(model, "originBasis", origin.basis);
    if (origin !== undefined) this.#property(model, "originSource", origin.source);
    for (const entry of notRead) this.#property(model, "notRead", entry);
    this.#addLicenses(model, claims);
    if (signature !== undefined) this.#addSignature(model, signature);
    return model;
  }

  #addLicenses(model: Models.Component, claims: readonly OriginClaim[]): void {
    const { Models, Enums, Spdx } = this.#library;
    const declared = { acknowledgement: Enums.LicenseAcknowledgement.Declared };
    const names = new Set(claims.flatMap(({ kind, value }) => (kind === "license" ? [value] : [])));
    for (const name of names) {
      const id = Spdx.fixupSpdxId(name);
      model.licenses.add(
        id === undefined ? new Models.NamedLicense(name, declared) : new Models.SpdxLicense(id, declared),
      );
    }
  }

  #addSignature(model: Models.Component, { name, sha256, signer, verified }: BomSignature): void {
    const { Models, Enums } = this.#library;
    const hashes = new Models.HashDictionary([[Enums.HashAlgorithm["SHA-256"], sha256]]);
    const url = name.split("/").map(encodeURIComponent).join("/");
    const comment = "OpenSSF Model Signing";
    const type = Enums.ExternalReferenceType.DigitalSignature;
    model.externalReferences.add(new Models.ExternalReference(url, type, { hashes, comment }));
    this.#property(model, verified ? "signer" : "claimedSigner", signer);
  }

  #file({ name, sha256, record }: BomFile): Models.Component {
    const { Models, Enums } = this.#library;
    const file = new Models.Component(Enums.ComponentType.File, name, { bomRef: `file:${name}` });
    if (sha256 === undefined) this.#property(file, "content", "Git LFS pointer");
    else file.hashes.set(Enums.HashAlgorithm["SHA-256"], sha256);
    if (record !== undefined) this.#property(file, "downloadRecord", record);
    return file;
  }

  /** Each base model once, with the fields that declare it. */
  #ancestors(claims: readonly OriginClaim[]): Models.Component[] {
    const { Models, Enums } = this.#library;
    return [...Map.groupBy(claims, ({ value }) => value)].map(([value, declared]) => {
      const base = new Models.Component(Enums.ComponentType.MachineLearningModel, value, { bomRef: `base:${value}` });
      const revision = declared.find((claim) => claim.revision !== undefined)?.revision;
      if (revision !== undefined) base.version = revision;
      this.#property(base, "basis", "declared");
      for (const { file, field } of declared) this.#property(base, "declaredIn", `${file}: ${field}`);
      return base;
    });
  }

  #property(component: Models.Component, name: string, value: string): void {
    component.properties.add(new this.#library.Models.Property(`${OWN}:${name}`, value));
  }
}
