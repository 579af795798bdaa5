import { Slot } from "../authoring/snippet.ts";
import type { AuthorityBase } from "../policy.ts";
import { report } from "../reading.ts";
import type { AuthorityForm, AuthorityKind } from "./authority-kind.ts";

export interface StaticAuthority extends AuthorityBase {
  readonly kind: "static";
  readonly action: "pass" | "fail";
  readonly message?: string;
}

const STATIC = { action: new Slot(2, "pass", "fail"), message: new Slot(3, "why, and until when") };

export const exception: AuthorityForm<"static"> & AuthorityKind<StaticAuthority> = {
  async read(reading, base, { action, message }, path) {
    if (action === "pass" && (message ?? "").trim() === "") {
      const hint = "An exception without a message: say why it is made, and until when.";
      report(reading, "exception-unexplained", hint, path);
    }
    return { ...base, kind: "static", action, ...(message !== undefined && { message }) };
  },
  templates: [
    {
      label: "exception",
      description: "Looks at no signature. pass is shown as an exception, never as verified; fail refuses.",
      template: { name: new Slot(1, "exception"), static: STATIC },
    },
  ],
  fields: { static: STATIC },

  trustId: () => undefined,
  match: ({ message }) => ({ distance: 3, explain: () => message ?? "refuses whatever it covers" }),
  exactKeys: () => [],
  toFlags(_, note) {
    note("an exception is no signer");
    return [];
  },
  toClusterImagePolicy: ({ action, message }) => ({ static: { action, ...(message !== undefined && { message }) } }),
  toModelValidation: (_, note) => void note("there are no exceptions, so it is left out"),
};
