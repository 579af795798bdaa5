import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { ROOT } from "../../scripts/fetch.mjs";

const Place = { when: v.optional(v.string()), group: v.optional(v.string()) };
const Menu = v.union([v.object({ command: v.string(), ...Place }), v.object({ submenu: v.string(), ...Place })]);

const Command = v.object({
  command: v.string(),
  title: v.string(),
  category: v.string(),
  icon: v.optional(v.string()),
  enablement: v.optional(v.string()),
});

const Setting = v.looseObject({
  scope: v.string(),
  ignoreSync: v.optional(v.boolean(), false),
  description: v.optional(v.string()),
  markdownDescription: v.optional(v.string()),
  enum: v.optional(v.array(v.string())),
  enumDescriptions: v.optional(v.array(v.string())),
});

const Tool = v.looseObject({ name: v.string(), displayName: v.string(), userDescription: v.string() });
const WalkthroughStep = v.object({
  id: v.string(),
  title: v.string(),
  description: v.string(),
  media: v.object({
    image: v.object({ dark: v.string(), light: v.string(), hc: v.string(), hcLight: v.string() }),
    altText: v.string(),
  }),
  completionEvents: v.array(v.string()),
});

const Localised = v.record(v.string(), v.string());

const Manifest = v.looseObject({
  main: v.string(),
  icon: v.string(),
  engines: v.object({ node: v.string(), vscode: v.string() }),
  bin: v.record(v.string(), v.string()),
  exports: v.record(v.string(), v.record(v.string(), v.string())),
  activationEvents: v.optional(v.array(v.string()), []),
  scripts: v.record(v.string(), v.string()),
  dependencies: v.record(v.string(), v.string()),
  devDependencies: v.record(v.string(), v.string()),
  optionalDependencies: v.record(v.string(), v.string()),
  capabilities: v.object({
    untrustedWorkspaces: v.object({
      supported: v.literal("limited"),
      description: v.string(),
      restrictedConfigurations: v.array(v.string()),
    }),
    virtualWorkspaces: v.object({ supported: v.union([v.boolean(), v.literal("limited")]), description: v.string() }),
  }),
  contributes: v.looseObject({
    commands: v.array(Command),
    customEditors: v.array(
      v.object({
        viewType: v.string(),
        displayName: v.string(),
        priority: v.string(),
        selector: v.array(v.object({ filenamePattern: v.string() })),
      }),
    ),
    configurationDefaults: v.object({ "workbench.editorAssociations": v.record(v.string(), v.string()) }),
    languageModelTools: v.array(Tool),
    menus: v.record(v.string(), v.array(Menu)),
    submenus: v.array(v.object({ id: v.string(), label: v.string() })),
    views: v.record(v.string(), v.array(v.looseObject({ id: v.string(), name: v.string(), icon: v.string() }))),
    viewsContainers: v.record(v.string(), v.array(v.object({ id: v.string(), title: v.string(), icon: v.string() }))),
    viewsWelcome: v.array(v.object({ view: v.string(), contents: v.string(), when: v.optional(v.string()) })),
    colors: v.array(v.object({ id: v.string(), description: v.string(), defaults: v.record(v.string(), v.string()) })),
    walkthroughs: v.array(
      v.object({ id: v.string(), title: v.string(), description: v.string(), steps: v.array(WalkthroughStep) }),
    ),
    configuration: v.object({ title: v.string(), properties: v.record(v.string(), Setting) }),
  }),
});

/** package.json as the editor reads it. */
export const MANIFEST = v.parse(Manifest, read("package.json"));

/** The words of package.nls.json, by key. */
export const WORDS = v.parse(Localised, read("package.nls.json"));

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, file), "utf8"));
}
