import { tufHandlers } from "@tufjs/repo-mock/dist/handler.js";
import { initializeTUFRepo } from "@tufjs/repo-mock/dist/repo.js";
import { type RequestHandler, sendJson } from "./loopback-service.ts";

export interface UpdateRepository {
  /** The first root, as a client is given it out of band. */
  readonly root: string;
  readonly handle: RequestHandler;
}

/** A TUF repository over these targets, by file name; also serves its first root as `/root.json`. */
export function makeUpdateRepository(targets: Readonly<Record<string, unknown>>): UpdateRepository {
  const repository = initializeTUFRepo(
    Object.entries(targets).map(([name, content]) => ({ name, content: Buffer.from(JSON.stringify(content)) })),
  );
  const root = JSON.stringify(repository.rootMeta.toJSON());
  const handlers = new Map(tufHandlers(repository, { metadataPathPrefix: "" }).map(({ path, fn }) => [path, fn]));
  handlers.set("/root.json", () => ({ statusCode: 200, response: root, contentType: "application/json" }));
  return {
    root,
    handle: (request, response) => {
      const result = handlers.get(request.url ?? "/")?.();
      if (result === undefined || result.statusCode === 404) return sendJson(response, 404, { message: "Not Found" });
      response.writeHead(result.statusCode, { "Content-Type": result.contentType ?? "application/octet-stream" });
      response.end(result.response);
    },
  };
}
