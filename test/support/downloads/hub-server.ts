import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gitBlobOf, type HubFile, type HubRevision, pointerOf, REVISIONS, sha256Of } from "./hub-files.ts";

/** A small Hugging Face Hub on loopback, with one repository of each kind, `acme/tiny`. */
export interface SmallHub {
  readonly url: string;
  /** The path of a file that is sent by half, and then the connection is cut. */
  interrupted: string | undefined;
  stop(): Promise<void>;
}

export async function startSmallHub(): Promise<SmallHub> {
  const hub = { url: "", interrupted: undefined as string | undefined, stop: async () => {} };
  const server = createServer((request, response) => answer(request, response, hub));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  hub.url = `http://127.0.0.1:${address.port}`;
  hub.stop = () => stop(server);
  return hub;
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

const INFO = /^\/api\/(?:models|kernels)\/acme\/tiny(?:\/revision\/([^/]+))?$/;
const TREE = /^\/api\/(?:models|kernels)\/acme\/tiny\/tree\/([^/]+)$/;
const FILE = /^(?:\/kernels)?\/acme\/tiny\/resolve\/([^/]+)\/(.+)$/;

function answer(
  { url = "", method }: IncomingMessage,
  response: ServerResponse,
  hub: Pick<SmallHub, "interrupted">,
): void {
  const path = decodeURIComponent(url.split("?")[0] ?? "");
  const info = INFO.exec(path);
  const tree = TREE.exec(path);
  const file = FILE.exec(path);
  const revision = revisionOf((info ?? tree ?? file)?.[1]);
  if (revision === undefined) {
    response.writeHead(404, { "X-Error-Code": "RevisionNotFound" }).end();
  } else if (info !== null) {
    const siblings = [...revision.files.keys()].map((rfilename) => ({ rfilename }));
    json(response, { id: "acme/tiny", sha: revision.commit, siblings });
  } else if (tree !== null) {
    json(response, [...revision.files].map(treeEntry));
  } else {
    const name = file?.[2] ?? "";
    const found = revision.files.get(name);
    if (found === undefined) response.writeHead(404, { "X-Error-Code": "EntryNotFound" }).end();
    else sendFile(response, revision, found, method === "HEAD", hub.interrupted === name);
  }
}

function revisionOf(name = "main"): HubRevision | undefined {
  return name === "main" ? REVISIONS[0] : REVISIONS.find(({ commit }) => commit === name);
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

function treeEntry([path, { content, lfs }]: readonly [string, HubFile]): object {
  const pointer = pointerOf(content);
  const entry = { type: "file", path, size: content.length, oid: gitBlobOf(lfs ? pointer : content) };
  return lfs ? { ...entry, lfs: { oid: sha256Of(content), size: content.length, pointerSize: pointer.length } } : entry;
}

function sendFile(
  response: ServerResponse,
  { commit }: HubRevision,
  { content, lfs }: HubFile,
  headOnly: boolean,
  interrupted: boolean,
): void {
  const etag = `"${lfs ? sha256Of(content) : gitBlobOf(content)}"`;
  response.writeHead(200, {
    "Content-Length": content.length,
    "X-Repo-Commit": commit,
    ETag: etag,
    ...(lfs && { "X-Linked-Etag": etag, "X-Linked-Size": content.length }),
  });
  if (headOnly) response.end();
  else if (!interrupted) response.end(content);
  else response.write(content.subarray(0, content.length / 2), () => response.destroy());
}
