// Imported by what makes a bill of materials, and when it does: the library is as large as all else of the engine.
import {
  ComponentType,
  ExternalReferenceType,
  HashAlgorithm,
  LicenseAcknowledgement,
} from "@cyclonedx/cyclonedx-library/Enums";
import {
  Bom,
  Component,
  ExternalReference,
  HashDictionary,
  NamedLicense,
  Property,
  SpdxLicense,
} from "@cyclonedx/cyclonedx-library/Models";
import { JSON as Json } from "@cyclonedx/cyclonedx-library/Serialize";
import { fixupSpdxId } from "@cyclonedx/cyclonedx-library/SPDX";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import manifest from "../../../package.json" with { type: "json" };
import type { Origin, OriginClaim } from "../origin/origin.ts";

/** Begins the names of properties that CycloneDX has no field for. */
const OWN = "model-provenance";

/** The signature of a model. */
export interface BomSignature {
  /** Relative to the model, `/` separated; the last name only where it lies elsewhere. */
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly signer: string;
  /** Whether the signature was verified; else the signer is only claimed. */
  readonly verified: boolean;
}

/** All that a bill of materials says of one model. What is not known is absent. */
export interface BomFacts {
  /** Name of its folder or file. */
  readonly name: string;
  /** SHA-256 by name, lower-case hex; undefined where only a Git LFS pointer is here. */
  readonly files: ReadonlyMap<string, string | undefined>;
  /** Entries that were not read: links, pipes. */
  readonly notRead: readonly string[];
  readonly origin?: Origin | undefined;
  readonly claims: readonly OriginClaim[];
  readonly signature?: BomSignature | undefined;
}

/**
 * A bill of materials in JSON, of CycloneDX 1.6: the model as a `machine-learning-model`, with a component for each file.
 * What the model's own files claim is marked as declared.
 */
export function cyclonedxJson(facts: BomFacts): string {
  const factory = new Json.Normalize.Factory(Spec1dot6);
  const normalized = factory.makeForBom().normalize(bomOf(facts), { sortLists: true });
  const ancestors = basesOf(facts.claims).map((base) =>
    factory.makeForComponent().normalize(base, { sortLists: true }),
  );
  // The library knows no pedigree.
  const pedigree = { ancestors, notes: "Declared by files of the model, and not verified." };
  const component = { ...normalized.metadata?.component, ...(ancestors.length > 0 && { pedigree }) };
  return `${JSON.stringify({ ...normalized, metadata: { ...normalized.metadata, component } }, undefined, 2)}\n`;
}

function bomOf(facts: BomFacts): Bom {
  const bom = new Bom();
  bom.metadata.timestamp = new Date();
  const tool = new Component(ComponentType.Application, OWN, { version: manifest.version, bomRef: OWN });
  bom.metadata.tools.components.add(tool);
  const model = modelOf(facts);
  bom.metadata.component = model;
  const { match = [], changed = [], extra = [] } = facts.origin?.files ?? {};
  const records = Object.entries({ match, changed, extra }).map(([state, names]) => [state, new Set(names)] as const);
  for (const [name, sha256] of facts.files) {
    const file = new Component(ComponentType.File, name, { bomRef: `file:${name}` });
    if (sha256 === undefined) addProperty(file, "content", "Git LFS pointer");
    else file.hashes.set(HashAlgorithm["SHA-256"], sha256);
    for (const [state, names] of records) if (names.has(name)) addProperty(file, "downloadRecord", state);
    bom.components.add(file);
    model.dependencies.add(file.bomRef);
  }
  return bom;
}

function modelOf({ name, origin, signature, notRead, claims }: BomFacts): Component {
  const [group, own] = origin?.repository?.split("/").slice(-2) ?? [];
  const model = new Component(ComponentType.MachineLearningModel, own ?? group ?? name, { bomRef: "model" });
  if (group !== undefined && own !== undefined) model.group = group;
  if (origin?.purl !== undefined) model.purl = origin.purl;
  if (origin?.revision !== undefined) model.version = origin.revision;
  if (origin !== undefined) addProperty(model, "originBasis", origin.basis);
  if (origin !== undefined) addProperty(model, "originSource", origin.source);
  for (const entry of notRead) addProperty(model, "notRead", entry);
  const declared = { acknowledgement: LicenseAcknowledgement.Declared };
  for (const license of new Set(claims.flatMap(({ kind, value }) => (kind === "license" ? [value] : [])))) {
    const id = fixupSpdxId(license);
    model.licenses.add(id === undefined ? new NamedLicense(license, declared) : new SpdxLicense(id, declared));
  }
  if (signature !== undefined) addSignature(model, signature);
  return model;
}

function addSignature(model: Component, { name, sha256, signer, verified }: BomSignature): void {
  const hashes = new HashDictionary([[HashAlgorithm["SHA-256"], sha256]]);
  const url = name.split("/").map(encodeURIComponent).join("/");
  const more = { hashes, comment: "OpenSSF Model Signing" };
  model.externalReferences.add(new ExternalReference(url, ExternalReferenceType.DigitalSignature, more));
  addProperty(model, verified ? "signer" : "claimedSigner", signer);
}

/** Each base model once, with the fields that declare it. */
function basesOf(claims: readonly OriginClaim[]): Component[] {
  const bases = claims.filter(({ kind }) => kind === "base-model");
  return [...Map.groupBy(bases, ({ value }) => value)].map(([value, declared]) => {
    const base = new Component(ComponentType.MachineLearningModel, value, { bomRef: `base:${value}` });
    const revision = declared.find((claim) => claim.revision !== undefined)?.revision;
    if (revision !== undefined) base.version = revision;
    addProperty(base, "basis", "declared");
    for (const { file, field } of declared) addProperty(base, "declaredIn", `${file}: ${field}`);
    return base;
  });
}

function addProperty(component: Component, name: string, value: string): void {
  component.properties.add(new Property(`${OWN}:${name}`, value));
}
