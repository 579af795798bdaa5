import type { CommandHandlers } from "../../platform/commands.ts";
import type { Services } from "../services.ts";

/** The handler of each command. Its code is loaded when the command first runs. */
export function commandHandlers(services: Services): CommandHandlers {
  return {
    signModel: async (...args) => (await import("./sign-model.ts")).signModel(args, services),
    signModelWith: async (...args) => (await import("./sign-model.ts")).signModelWith(args, services),
    verifyModel: async (...args) => (await import("./verify-model.ts")).verifyModels(args, services),
    verifyAllModels: async () => (await import("./verify-model.ts")).verifyAll(services),
    copyReport: async (...args) => (await import("../reports/report-commands.ts")).copyReport(args, services),
    copyReportAsMarkdown: async (...args) =>
      (await import("../reports/report-commands.ts")).copyReportAsMarkdown(args, services),
    trustSigner: async (...args) => (await import("../trusting/trust-signer.ts")).trustSigner(args, services),
    trustKey: async () => (await import("./trust-key.ts")).trustKey(services),
    stopTrusting: async () => (await import("../trusting/stop-trusting.ts")).stopTrusting(services),
    createKeyPair: async () => (await import("./create-key-pair.ts")).createKeyPair(services),
    createPolicy: async (...args) => (await import("../trusting/create-policy.ts")).createPolicy(args, services),
    openPolicy: async (...args) => (await import("../trusting/open-policy.ts")).openPolicy(args, services),
    ignorePath: async (...args) => (await import("../trusting/ignore-path.ts")).ignorePath(args, services),
    explainDecision: async (...args) =>
      (await import("../reports/report-commands.ts")).showReport("decision", args, services),
    showReport: async (...args) => (await import("../reports/report-commands.ts")).showReport("report", args, services),
    selectSigstoreInstance: async () => (await import("./sigstore-instance.ts")).selectSigstoreInstance(services),
    refreshTrustRoot: async () => (await import("./sigstore-instance.ts")).refreshTrustRoot(services),
    clearHashCache: async () => (await import("./clear-hash-cache.ts")).clearHashCache(services),
    findModels: async () => (await import("./tree-commands.ts")).findModels(services),
    filterModels: async () => (await import("./tree-commands.ts")).filterModels(services),
    clearFilter: () => services.view.setFilter(undefined),
    groupByVerdict: () => services.view.setGrouped(true),
    listByPath: () => services.view.setGrouped(false),
    revealInExplorer: async (...args) => (await import("./tree-commands.ts")).revealInExplorer(args, services),
    copyPath: async (...args) => (await import("./tree-commands.ts")).copyPath(args, services),
    openSettings: async () => (await import("./tree-commands.ts")).openSettings(),
    showModel: async (...args) => (await import("./show-model.ts")).showModel(args, services),
    showSignature: async (...args) => (await import("./show-model.ts")).showSignature(args, services),
    compare: async (...args) => (await import("./compare-model.ts")).compareModel(args, services),
    previewResigning: async (...args) => (await import("./preview-resigning.ts")).previewResigning(args, services),
    showOrigin: async (...args) => (await import("./origin-commands.ts")).showOrigin(args, services),
    checkOrigin: async (...args) => (await import("./origin-commands.ts")).checkOrigin(args, services),
    pinModel: async (...args) => (await import("../trusting/pin-model.ts")).pinModel(args, services),
    saveBom: async (...args) => (await import("./origin-commands.ts")).saveBom(args, services),
    showOutput: () => services.log.show(),
  };
}
