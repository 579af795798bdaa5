import type { AuthorityBase } from "../policy.ts";
import { report } from "../read-context.ts";
import type { AuthorityForm, AuthorityKind } from "./authority-kind.ts";

export interface StaticAuthority extends AuthorityBase {
  readonly kind: "static";
  readonly action: "pass" | "fail";
  readonly message?: string;
}

export const exception: AuthorityForm<"static"> & AuthorityKind<StaticAuthority> = {
  async read(context, base, { action, message }, path) {
    if (action === "pass" && (message ?? "").trim() === "") {
      const hint = "An exception without a message: say why it is made, and until when.";
      report(context, "exception-unexplained", hint, path);
    }
    return { ...base, kind: "static", action, ...(message !== undefined && { message }) };
  },
  match: ({ message }) => ({ distance: 3, explain: () => message ?? "rejects every model that it covers" }),
};
