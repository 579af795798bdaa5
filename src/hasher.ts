import { isMainThread } from "node:worker_threads";

// A thread does not load what only the process needs: it starts sooner, and there may be many of them.
if (isMainThread) {
  const { HasherProcess } = await import("./core/hashing/hasher-process.ts");
  new HasherProcess(new URL(import.meta.url)).serve();
} else {
  const { serveThread } = await import("./core/hashing/worker-thread.ts");
  serveThread();
}
