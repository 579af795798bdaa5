import { realpath, stat } from "node:fs/promises";
import { basename } from "node:path";
import * as v from "valibot";
import { CancellationError, commands, l10n, type QuickPickItem, Uri, workspace } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import { isModelFile } from "../../core/model/model-files.ts";
import { verdictLabel } from "../../core/presentation/verdict-labels.ts";
import { ActionableError } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { messageText } from "../../platform/plain-text.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { pickFile, pickItem } from "../ask.ts";
import { distinctName, modelDescription } from "../model-text.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";

export const FILE = v.custom<Uri>((value) => value instanceof Uri);

/** What menus, hovers and key bindings pass: a file, or the path of a known model, which is its row of the tree. */
const TARGET = v.union([FILE, v.pipe(v.string(), v.nonEmpty())]);
type Target = v.InferOutput<typeof TARGET>;
type ModelServices = Pick<Services, "registry" | "engine">;

/** What a model is picked for. */
const TITLES = {
  origin: () => l10n.t("Check Against Download Record"),
  showOrigin: () => l10n.t("Show Download Record"),
  bom: () => l10n.t("Save Bill of Materials"),
  pin: () => l10n.t("Pin Bytes"),
  verify: () => l10n.t("Verify Model"),
  compare: () => l10n.t("Compare With Signature"),
  sign: () => l10n.t("Sign Model"),
  show: () => l10n.t("Models"),
  trust: () => l10n.t("Trust Signer"),
  explain: () => l10n.t("Explain Decision"),
  report: () => l10n.t("Show Report"),
} as const;
export type Purpose = keyof typeof TITLES;

/**
 * The models that a command applies to: those clicked, otherwise the one that the user picks.
 *
 * @throws CancellationError if the user picks none
 */
export async function targetModels(
  args: readonly unknown[],
  purpose: Purpose,
  services: Services,
): Promise<readonly KnownModel[]> {
  const targets = parseTargets(args);
  if (targets.length === 0) return [await pickModel(purpose, services)];
  const models = new Map<string, KnownModel>();
  for (const target of targets) {
    for (const model of await resolveTarget(target, purpose, services)) models.set(model.path, model);
  }
  return [...models.values()];
}

/** The first of them, for commands that apply to one model. */
export async function targetModel(args: readonly unknown[], purpose: Purpose, services: Services): Promise<KnownModel> {
  const [model] = await targetModels(args.slice(0, 1), purpose, services);
  if (model === undefined) throw new CancellationError();
  return model;
}

/** Menus pass the clicked item and then all selected ones; rows below a model are ignored. */
function parseTargets([clicked, selected]: readonly unknown[]): readonly Target[] {
  const all = Array.isArray(selected) && selected.length > 0 ? selected : [clicked];
  return all.flatMap((one: unknown) => {
    const target = v.safeParse(TARGET, one);
    return target.success ? [target.output] : [];
  });
}

async function resolveTarget(
  target: Target,
  purpose: Purpose,
  services: ModelServices,
): Promise<readonly KnownModel[]> {
  if (target instanceof Uri) {
    if (target.scheme === "file") return modelsAt(target.fsPath, purpose, services);
    const message = l10n.t(
      "{0} is not on a local disk. Only files on disk can be signed and verified.",
      target.toString(),
    );
    throw new ProvenanceError("USAGE", message);
  }
  const known = services.registry.get(target);
  return known === undefined ? [] : [known];
}

async function modelsAt(path: string, purpose: Purpose, services: ModelServices): Promise<readonly KnownModel[]> {
  const { registry } = services;
  const known = registry.get(path);
  if (known !== undefined) return [known];
  const same = await modelBehindLinks(path, registry);
  if (same !== undefined) return [same];
  const below = registry.below(path);
  if (below.length > 0 && purpose !== "sign") return below;
  const [around] = below.length > 0 ? [] : registry.holding(path);
  return [around ?? (await addModel(path, purpose, services))];
}

/** The known model that the path leads to: it is listed under one path only. */
async function modelBehindLinks(path: string, { models }: ModelRegistry): Promise<KnownModel | undefined> {
  const real = await realPath(path);
  for (const model of models) if (model.path === real || (await realPath(model.path)) === real) return model;
  return undefined;
}

function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/**
 * Adds a model that no search found yet: one that has a signature, looks like a model, or that the user wants to sign.
 *
 * @throws ActionableError for anything else, which is not listed as a model
 */
async function addModel(path: string, purpose: Purpose, { registry, engine }: ModelServices): Promise<KnownModel> {
  const signatures = await engine.run("findSignatures", { model: path });
  const isNamed = signatures.length > 0 || purpose === "sign" || purpose === "pin";
  if (!isNamed && !(await isModel(path, engine))) {
    throw new ActionableError(l10n.t("{0} is not signed, and it is not a known model.", basename(path)), {
      label: l10n.t("Sign Model…"),
      run: () => commands.executeCommand(COMMANDS.signModel, Uri.file(path)),
    });
  }
  const kind = (await stat(path)).isDirectory() ? "directory" : "file";
  registry.add({ path, kind, signatures }, workspace.getWorkspaceFolder(Uri.file(path))?.uri.fsPath);
  const added = registry.get(path);
  if (added === undefined) throw new ProvenanceError("INTERNAL", `${path} was not added.`);
  return added;
}

/** Files and folders in which a folder is searched for what makes it a model. */
const ENTRIES = 1_000;

async function isModel(path: string, engine: ModelServices["engine"]): Promise<boolean> {
  if (!(await stat(path)).isDirectory()) return isModelFile(basename(path));
  const { models } = await engine.run("searchModels", { folder: path, maxEntries: ENTRIES });
  return models.some((model) => model.path === path);
}

/** Purposes that need a signature. */
const OF_SIGNED: ReadonlySet<Purpose> = new Set<Purpose>(["verify", "compare", "trust"]);

async function pickModel(purpose: Purpose, services: Services): Promise<KnownModel> {
  const { models } = services.registry;
  const candidates =
    purpose === "pin"
      ? models.filter((model) => !isSigned(model))
      : OF_SIGNED.has(purpose)
        ? models.filter(isSigned)
        : models;
  const browseItem = { label: l10n.t("Choose Folder or File…"), iconPath: themeIcon("folder-opened") };
  const others = purpose === "sign" ? [browseItem] : [];
  if (candidates.length + others.length === 0) throw nothingToPick(services);
  const model = (await pickAmong(candidates, TITLES[purpose](), services, others)) ?? (await browse(services));
  if (model === undefined) throw new CancellationError();
  return model;
}

type ModelChoice = QuickPickItem & { readonly path?: string };

function modelChoice(model: KnownModel, registry: ModelRegistry): ModelChoice {
  const { icon, colour } = verdictLabel(model.verdict, l10n.t);
  return {
    path: model.path,
    label: messageText(distinctName(model, registry.models)),
    description: messageText(modelDescription(model)),
    iconPath: themeIcon(icon, colour),
  };
}

/** Lets the user pick one of several known models; undefined for one of the other items. */
export async function pickAmong(
  models: readonly KnownModel[],
  title: string,
  { registry }: Pick<Services, "registry">,
  others: readonly ModelChoice[] = [],
): Promise<KnownModel | undefined> {
  const items = [...models.map((model) => modelChoice(model, registry)), ...others];
  const { path } = await pickItem(items, { title, placeHolder: l10n.t("Select a model") });
  if (path === undefined) return undefined;
  const model = registry.get(path);
  if (model === undefined) throw new CancellationError();
  return model;
}

function isSigned({ verdict }: KnownModel): boolean {
  return verdict.signature !== undefined;
}

function nothingToPick({ registry, search }: Services): ActionableError {
  const message =
    registry.models.length === 0
      ? l10n.t("No model was found in this workspace.")
      : l10n.t("None of the models in this workspace is signed.");
  return new ActionableError(message, { label: l10n.t("Search Again"), run: () => search() });
}

async function browse(services: ModelServices): Promise<KnownModel | undefined> {
  const title = l10n.t("Choose the Model to Sign");
  const path = await pickFile({ title, canSelectFiles: true, canSelectFolders: true });
  return (await modelsAt(path, "sign", services))[0];
}
