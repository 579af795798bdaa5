import { SHAPES } from "./setting-shapes.ts";

// Names that package.json and the code share. Without the editor, so that a test in plain Node can compare them.

export const COMMANDS = {
  signModel: "modelProvenance.signModel",
  signModelWith: "modelProvenance.signModelWith",
  verifyModel: "modelProvenance.verifyModel",
  verifyAllModels: "modelProvenance.verifyAllModels",
  copyReport: "modelProvenance.copyReport",
  copyReportAsMarkdown: "modelProvenance.copyReportAsMarkdown",
  trustSigner: "modelProvenance.trustSigner",
  trustKey: "modelProvenance.trustKey",
  stopTrusting: "modelProvenance.stopTrusting",
  createKeyPair: "modelProvenance.createKeyPair",
  createPolicy: "modelProvenance.createPolicy",
  openPolicy: "modelProvenance.openPolicy",
  explainDecision: "modelProvenance.explainDecision",
  showReport: "modelProvenance.showReport",
  ignorePath: "modelProvenance.ignorePath",
  selectSigstoreInstance: "modelProvenance.selectSigstoreInstance",
  refreshTrustRoot: "modelProvenance.refreshTrustRoot",
  clearHashCache: "modelProvenance.clearHashCache",
  findModels: "modelProvenance.findModels",
  filterModels: "modelProvenance.filterModels",
  clearFilter: "modelProvenance.clearFilter",
  groupByVerdict: "modelProvenance.groupByVerdict",
  listByPath: "modelProvenance.listByPath",
  revealInExplorer: "modelProvenance.revealInExplorer",
  copyPath: "modelProvenance.copyPath",
  openSettings: "modelProvenance.openSettings",
  showModel: "modelProvenance.showModel",
  showSignature: "modelProvenance.showSignature",
  compare: "modelProvenance.compare",
  previewResigning: "modelProvenance.previewResigning",
  checkOrigin: "modelProvenance.checkOrigin",
  showOrigin: "modelProvenance.showOrigin",
  pinModel: "modelProvenance.pinModel",
  saveBom: "modelProvenance.saveBom",
  showOutput: "modelProvenance.showOutput",
} as const;

export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS];

type SettingIds = { readonly [K in keyof typeof SHAPES]: `modelProvenance.${K}` };

export const SETTINGS = Object.fromEntries(
  Object.keys(SHAPES).map((name) => [name, `modelProvenance.${name}`]),
) as SettingIds;

export const VIEWS = { models: "modelProvenance.models" } as const;

/** View types of custom editors. */
export const EDITORS = { signature: "modelProvenance.signature" } as const;

/** Scheme of read-only documents that exist in memory only: reports, and files as they would be after a change. */
export const REPORT_SCHEME = "model-provenance-report";

/** Scheme of pages that show a model's download record; the query is the absolute path of the model. */
export const DOWNLOAD_SCHEME = "model-provenance-download";

export const CONTEXT_KEYS = {
  /** The first search of this window has ended. */
  searched: "modelProvenance.searched",
  /** At least one model is known. */
  hasModels: "modelProvenance.hasModels",
  /** The list of models has a filter. */
  filtered: "modelProvenance.filtered",
  /** The list of models is grouped by verdict. */
  grouped: "modelProvenance.grouped",
  /** Paths of the known models. */
  paths: "modelProvenance.paths",
  /** Paths of the files that are signatures by their content, whatever they are called. */
  signatures: "modelProvenance.signatures",
} as const;

/** `contextValue` of a model's row in the tree; menus test it. */
export const TREE_CONTEXT = {
  signed: "modelProvenance.model.signed",
  unsigned: "modelProvenance.model.unsigned",
} as const;

export const COLOURS = {
  green: "modelProvenance.verifiedForeground",
  blue: "modelProvenance.pinnedForeground",
  amber: "modelProvenance.cautionForeground",
  red: "modelProvenance.alarmForeground",
} as const;

/** What agents may call. */
export const TOOLS = { verifyModel: "verify_model" } as const;

/** Folder of the extension's storage with the digests of files that were read before, for all windows. */
export const DIGEST_CACHE = "digests";
