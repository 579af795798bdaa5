// Entry of the thread that has a signature file open for the viewer: a statement of a million files is read and searched
// there, and the editor's own thread stays free.
import { parentPort } from "node:worker_threads";
import { serveReader } from "./ui/viewer/reading/serve-reader.ts";

if (parentPort === null) throw new Error("not a worker thread");
serveReader(parentPort);
