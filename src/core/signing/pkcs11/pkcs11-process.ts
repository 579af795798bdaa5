// Entry of the process that loads a PKCS #11 module: what the module does to its process does not reach the caller.
import { createRequire } from "node:module";
import { join } from "node:path";
import type Koffi from "koffi";
import { CryptokiError } from "./cryptoki.ts";
import type { Reply, Request } from "./protocol.ts";
import { TokenSession } from "./token-session.ts";

class KoffiError extends Error {}

let session: TokenSession | undefined;

process.on("message", (request: Request) => {
  // The other side is this code, too.
  process.send?.(reply(request));
});
// The caller is done, or gone.
process.on("disconnect", () => {
  try {
    session?.finalize();
  } finally {
    process.exit();
  }
});

function reply(request: Request): Reply {
  try {
    return { outcome: "done", value: answer(request) };
  } catch (error) {
    if (error instanceof CryptokiError) return { outcome: "returned", function: error.call, value: error.value };
    const message = error instanceof Error ? error.message : String(error);
    return { outcome: error instanceof KoffiError ? "koffi" : "failed", message };
  }
}

function answer(request: Request): unknown {
  if (request.call === "open") {
    session = new TokenSession(loadKoffi(request.koffi), request.module);
    return undefined;
  }
  if (session === undefined) throw new Error("no module is loaded");
  if (request.call === "tokens") return session.tokens();
  if (request.call === "logIn") return session.logIn(request.slot, request.login, request.pin);
  return request.call === "objects" ? session.objects() : session.sign(request.key, request.digest);
}

/** It is optional: beside this program, or in a folder of the caller's. */
function loadKoffi(folder: string | undefined): typeof Koffi {
  const places = [import.meta.url, ...(folder === undefined ? [] : [join(folder, "package.json")])];
  let why = "";
  for (const place of places) {
    try {
      return createRequire(place)("koffi");
    } catch (error) {
      why ||= error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    }
  }
  throw new KoffiError(why);
}
