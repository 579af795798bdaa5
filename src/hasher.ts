import { isMainThread } from "node:worker_threads";

// A thread does not load what only the process needs, and the process starts its threads before it loads the rest.
if (isMainThread) {
  const { prestart } = await import("./core/hashing/prestart.ts");
  const threads = prestart(process.argv.slice(2), new URL(import.meta.url));
  const { HasherProcess } = await import("./core/hashing/hasher-process.ts");
  new HasherProcess(new URL(import.meta.url), threads).serve();
} else {
  const { serveThread } = await import("./core/hashing/worker-thread.ts");
  serveThread();
}
