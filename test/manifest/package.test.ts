import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import * as v from "valibot";
import { fetchPackage, pinned, ROOT } from "../../scripts/fetch.mjs";
import {
  COLOURS,
  COMMANDS,
  CONTEXT_KEYS,
  EDITORS,
  SETTINGS,
  TOOLS,
  TREE_CONTEXT,
  VIEWS,
} from "../../src/platform/ids.ts";
import { makeChain } from "../support/certificates.ts";
import { makeKeys } from "../support/keys.ts";
import { MANIFEST, WORDS } from "./manifest.ts";

const {
  commands,
  languageModelTools,
  menus,
  submenus,
  views,
  viewsContainers,
  viewsWelcome,
  colors,
  configuration,
  customEditors,
} = MANIFEST.contributes;
const settings = Object.entries(configuration.properties);
/** Settings that decide about trust. */
const TRUST = [
  ...[SETTINGS.userPolicy, SETTINGS.trustedKeys, SETTINGS.trustedCertificates, SETTINGS.trustedIdentities],
  SETTINGS.sigstoreInstance,
];

/** Context keys of VS Code that a `when` clause may use. */
const EDITOR_KEYS = [
  ...["view", "viewItem", "listMultiSelection", "isWorkspaceTrusted", "workspaceFolderCount", "resourceScheme"],
  ...["explorerResourceIsFolder", "resourceExtname", "resourceFilename", "focusedView", "virtualWorkspace", "isWeb"],
  ...["activeCustomEditorId", "resourcePath"],
];

describe("package.json and the code have the same", () => {
  it("commands", () => {
    assert.deepEqual(commands.map(({ command }) => command).sort(), Object.values(COMMANDS).sort());
  });

  it("settings", () => {
    assert.deepEqual(settings.map(([name]) => name).sort(), Object.values(SETTINGS).sort());
  });

  it("tools for language models: one, which only reads", () => {
    assert.deepEqual(
      languageModelTools.map(({ name }) => name),
      Object.values(TOOLS),
    );
  });

  it("views", () => {
    const declared = Object.values(views).flatMap((list) => list.map(({ id }) => id));
    assert.deepEqual(declared.sort(), Object.values(VIEWS).sort());
  });

  it("editors", () => {
    assert.deepEqual(customEditors.map(({ viewType }) => viewType).sort(), Object.values(EDITORS).sort());
  });

  it("colours", () => {
    assert.deepEqual(colors.map(({ id }) => id).sort(), Object.values(COLOURS).sort());
  });

  it("view containers, each with its views", () => {
    const containers = Object.values(viewsContainers).flatMap((list) => list.map(({ id }) => id));
    assert.deepEqual(Object.keys(views).sort(), containers.sort());
  });
});

describe("commands", () => {
  it("have a localised title in the category of the product, and an icon of VS Code's if any", () => {
    for (const { command, title, category, icon } of commands) {
      assert.match(title, /^%[\w.]+%$/, command);
      assert.equal(words(category), "Model Provenance", command);
      if (icon !== undefined) assert.match(icon, /^\$\([a-z-]+\)$/, command);
    }
  });

  it("have unique titles in title case, without a full stop", () => {
    const titles = commands.map(({ title }) => words(title));
    for (const title of titles) assert.match(title, /^[A-Z][^.]*…?$/);
    for (const word of titles.flatMap((title) => title.replaceAll(/[()]/g, "").split(" "))) {
      assert.match(word, /^([A-Z]|(a|an|and|as|at|by|for|from|in|of|on|or|the|to|with)…?$)/, word);
    }
    assert.deepEqual([...new Set(titles)], titles);
  });

  it("are declared where a menu or a welcome text names them", () => {
    const declared = new Set(commands.map(({ command }) => command));
    const inMenus = Object.values(menus).flatMap((list) =>
      list.flatMap((entry) => ("command" in entry ? [entry.command] : [])),
    );
    const links = viewsWelcome.flatMap(({ contents }) => [...words(contents).matchAll(/\(command:([\w.]+)/g)]);
    const inTexts = links.map(([, id]) => id ?? "").filter((id) => id.startsWith("modelProvenance"));
    assert.ok(inTexts.length > 0);
    assert.deepEqual(
      [...inMenus, ...inTexts].filter((id) => !declared.has(id)),
      [],
    );
  });
});

describe("the commands", () => {
  it("have the expected titles", () => {
    const titles = commands.map(({ title }) => words(title));
    const wanted = [
      ...["Sign Model", "Sign Model With Another Method…", "Verify Model", "Verify All Models"],
      ...["Copy Report as JSON", "Copy Report as Markdown", "Select Sigstore Instance", "Refresh Trust Root"],
      ...["Clear Hash Cache", "Show Output"],
    ];
    assert.deepEqual(
      wanted.filter((title) => !titles.includes(title)),
      [],
    );
  });
});

describe("`when` clauses", () => {
  const clauses = [
    ...Object.values(menus).flatMap((list) => list.map(({ when }) => when)),
    ...viewsWelcome.map(({ when }) => when),
    ...commands.map(({ enablement }) => enablement),
  ].filter((clause) => clause !== undefined);

  it("refer only to what exists", () => {
    const known = new Set<string>([
      ...Object.values(CONTEXT_KEYS),
      ...Object.values(VIEWS),
      ...Object.values(TREE_CONTEXT),
      ...settings.map(([name]) => `config.${name}`),
      ...EDITOR_KEYS,
    ]);
    for (const clause of clauses) {
      const keys = clause
        .replaceAll(/=~ \/(?:[^/\\]|\\.)+\/i?/g, "")
        .replaceAll(" in ", " ")
        .replaceAll(/[=!]= ?('[^']*'|\d+|file\b)/g, "")
        .match(/[A-Za-z][\w.:-]*/g);
      for (const key of keys ?? []) assert.ok(known.has(key), `${key} in "${clause}"`);
    }
  });

  it("match at least one kind of row if they test rows of the tree by a pattern", () => {
    for (const clause of clauses) {
      for (const [, pattern] of clause.matchAll(/viewItem =~ \/((?:[^/\\]|\\.)+)\//g)) {
        const regexp = new RegExp(pattern ?? "");
        assert.ok(
          Object.values(TREE_CONTEXT).some((value) => regexp.test(value)),
          clause,
        );
      }
    }
  });

  it("offer signing only in a trusted workspace, verifying and copying everywhere, and all of them for a selection", () => {
    const inMenus = (name: keyof typeof COMMANDS) =>
      ["modelProvenance.explorer", "view/item/context"].flatMap((menu) =>
        (menus[menu] ?? [])
          .filter((entry) => "command" in entry && entry.command === COMMANDS[name])
          .map(({ when }) => when ?? ""),
      );
    for (const name of ["signModel", "signModelWith"] as const) {
      const found = inMenus(name);
      assert.ok(found.length >= 2, `${name} is in both menus: ${found.join()}`);
      for (const clause of found) assert.match(clause, /isWorkspaceTrusted$/, name);
    }
    for (const name of ["verifyModel", "copyReport", "copyReportAsMarkdown"] as const) {
      const found = inMenus(name);
      assert.ok(found.length > 0, name);
      for (const clause of found) assert.doesNotMatch(clause, /listMultiSelection|isWorkspaceTrusted/, name);
    }
  });

  it("give every entry of a context menu a group and a condition", () => {
    for (const [menu, entries] of Object.entries(menus)) {
      if (menu === "commandPalette") continue;
      for (const { when, group, ...entry } of entries) {
        assert.ok(when !== undefined && group !== undefined, `${Object.values(entry)} in ${menu}`);
      }
    }
  });

  it("show one submenu in the explorer, where it applies", () => {
    const [only, ...others] = menus["explorer/context"] ?? [];
    assert.ok(only !== undefined && "submenu" in only && others.length === 0);
    assert.deepEqual(
      submenus.map(({ id }) => id),
      [only.submenu],
    );
    assert.ok((menus[only.submenu] ?? []).length >= 4);
  });
});

describe("strings", () => {
  const used = [...readFileSync(join(ROOT, "package.json"), "utf8").matchAll(/"%([\w.]+)%"/g)].map(
    ([, key]) => key ?? "",
  );

  it("of package.json all exist, and all are used", () => {
    assert.deepEqual([...new Set(used)].sort(), Object.keys(WORDS).sort());
  });

  it("that are displayed are all localised", () => {
    const shown = [
      ...commands.flatMap(({ title, category }) => [title, category]),
      ...Object.values(views).flatMap((list) => list.map(({ name }) => name)),
      ...Object.values(viewsContainers).flatMap((list) => list.map(({ title }) => title)),
      ...viewsWelcome.map(({ contents }) => contents),
      ...languageModelTools.flatMap(({ displayName, userDescription }) => [displayName, userDescription]),
      ...colors.map(({ description }) => description),
      ...customEditors.map(({ displayName }) => displayName),
      ...settings.map(([, { description, markdownDescription }]) => description ?? markdownDescription ?? ""),
      ...settings.flatMap(([, { enumDescriptions }]) => enumDescriptions ?? []),
      configuration.title,
      MANIFEST.capabilities.untrustedWorkspaces.description,
      MANIFEST.capabilities.virtualWorkspaces.description,
    ];
    for (const text of shown) assert.match(text, /^%[\w.]+%$/);
  });
});

describe("settings", () => {
  it("that decide about trust belong to the user and this machine: no workspace, container or sync sets them", () => {
    // How much is checked and displayed, and how a login is made; none of it makes a signer accepted.
    const others: readonly string[] = [
      ...[SETTINGS.autoVerify, SETTINGS.pauseInBackground, SETTINGS.models],
      ...[SETTINGS.loginMethod, SETTINGS.badges, SETTINGS.statusBar, SETTINGS.codeWarnings, SETTINGS.problems],
      SETTINGS.revisionHints,
    ];
    const deciding = settings.filter(([name]) => !others.includes(name));
    assert.deepEqual(
      deciding.map(([name, { scope, ignoreSync }]) => [name, scope, ignoreSync]),
      TRUST.map((name) => [name, "application", true]),
    );
    for (const [name, { scope }] of settings) {
      if (name !== SETTINGS.models) assert.match(scope, /^(application|machine)$/, name);
    }
  });

  it("contain keys and certificates themselves: a path is an error that names the new form", () => {
    const { publicPem } = makeKeys();
    const { root } = makeChain();
    for (const [name, pem] of [
      [SETTINGS.trustedKeys, publicPem],
      [SETTINGS.trustedCertificates, root.pem],
    ] as const) {
      const { items } = v.parse(
        v.looseObject({ items: v.looseObject({ errorMessage: v.string() }) }),
        configuration.properties[name],
      );
      const isValid = new Ajv({ strict: false }).compile(items);
      assert.ok(isValid({ label: "release.pub", pem }), name);
      for (const entry of [
        "/keys/release.pub",
        { label: "x" },
        { pem },
        { label: "x", pem: "/keys/x" },
        { label: "", pem },
        { label: "x", pem, path: "/x" },
      ]) {
        assert.ok(!isValid(entry), `${name}: ${JSON.stringify(entry)}`);
      }
      assert.match(words(items.errorMessage), /not a path: \{ "label": .*"pem": "-----BEGIN/, name);
    }
  });

  it("are all documented in docs/editor.md", () => {
    const page = readFileSync(join(ROOT, "docs", "editor.md"), "utf8");
    assert.deepEqual(
      settings.map(([name]) => name).filter((name) => !page.includes(`| \`${name}\` |`)),
      [],
    );
  });

  it("have a description of each of their values", () => {
    for (const [name, setting] of settings) {
      assert.equal(setting.enumDescriptions?.length, setting.enum?.length, name);
    }
  });

  it("that the trust declaration names exist", () => {
    const names = new Set(settings.map(([name]) => name));
    const { restrictedConfigurations } = MANIFEST.capabilities.untrustedWorkspaces;
    assert.deepEqual(
      restrictedConfigurations.filter((name) => !names.has(name)),
      [],
    );
  });
});

describe("the signature viewer", () => {
  it("opens by default only if it is associated", () => {
    assert.deepEqual(
      customEditors.map(({ priority }) => priority),
      ["option"],
    );
    const byItself = MANIFEST.contributes.configurationDefaults["workbench.editorAssociations"];
    for (const editor of Object.values(byItself)) assert.equal(editor, EDITORS.signature);
  });
});

describe("the extension", () => {
  it("activates for models and for the code that loads them, never in every window", () => {
    const expected = /^(?:workspaceContains|onView|onCommand):|^onLanguage:python$/;
    for (const event of MANIFEST.activationEvents) assert.match(event, expected);
    assert.ok(MANIFEST.activationEvents.includes("onLanguage:python"));
  });

  it("has every file that its manifest names", () => {
    const files = [
      MANIFEST.main,
      MANIFEST.icon,
      ...Object.values(MANIFEST.bin),
      ...Object.values(MANIFEST.exports).flatMap((entry) => Object.values(entry)),
      ...Object.values(viewsContainers).flatMap((list) => list.map(({ icon }) => icon)),
      ...Object.values(views).flatMap((list) => list.map(({ icon }) => icon)),
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(join(ROOT, file))),
      [],
    );
  });

  it("supports the VS Code version whose types it uses, and is tested on it", () => {
    const oldest = MANIFEST.engines.vscode.replace("^", "");
    assert.equal(MANIFEST.devDependencies["@types/vscode"], oldest);
    assert.equal(pinned("vscode-oldest")?.version.split(".")[1], oldest.split(".")[1]);
  });

  it("pins exact versions of its dependencies, with a lock file without hosts", () => {
    const versions = Object.entries({ ...MANIFEST.dependencies, ...MANIFEST.devDependencies });
    for (const [name, version] of versions) assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.doesNotMatch(readFileSync(join(ROOT, "package-lock.json"), "utf8"), /"resolved"|https?:\/\/[^"]*registry/);
  });
});

describe("the lock file", () => {
  it("has every optional package of every platform, without which npm ci fails", () => {
    const Lock = v.object({
      packages: v.record(
        v.string(),
        v.object({ optionalDependencies: v.optional(v.record(v.string(), v.string()), {}) }),
      ),
    });
    const { packages } = v.parse(Lock, JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")));
    const wanted = Object.values(packages).flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies));
    assert.ok(wanted.length > 0);
    const there = Object.keys(packages);
    assert.deepEqual(
      wanted.filter((name) => !there.some((path) => path.endsWith(`node_modules/${name}`))),
      [],
    );
  });
});

describe("a download of the scripts", () => {
  it("is rejected if it is not the pinned file", () => {
    const wanted = { name: "valibot", version: "1.5.0", integrity: `sha512-${"A".repeat(86)}==` };
    assert.throws(() => fetchPackage(wanted), /valibot@1\.5\.0: expected sha512-A+==, got sha512-/);
    assert.equal(existsSync(join(ROOT, ".cache", "valibot-1.5.0")), false);
  });
});

/** What a person reads for `%key%`. */
function words(text: string): string {
  const found = WORDS[text.slice(1, -1)];
  assert.ok(found !== undefined, `${text} has no words`);
  return found;
}
