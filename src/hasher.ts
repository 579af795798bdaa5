import { isMainThread } from "node:worker_threads";
import { HasherProcess } from "./core/hashing/hasher-process.ts";
import { serveThread } from "./core/hashing/thread-lane.ts";

if (isMainThread) new HasherProcess(new URL(import.meta.url)).serve();
else serveThread();
