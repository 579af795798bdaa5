import type { MessagePort } from "node:worker_threads";
import type { ReaderAnswer, ReaderRequest } from "./requests.ts";
import { SignatureReader } from "./signature-reader.ts";

/** Answers what comes through the port, one after the other. */
export function serveReader(port: MessagePort): void {
  const reader = new SignatureReader();
  let before: Promise<void> = Promise.resolve();
  port.on("message", (request: ReaderRequest) => {
    before = before.then(async () => port.postMessage(await answer(reader, request)));
  });
}

async function answer(reader: SignatureReader, request: ReaderRequest): Promise<ReaderAnswer> {
  const { id } = request;
  try {
    switch (request.call) {
      case "open":
        return { id, value: await reader.open(request.argument) };
      case "found":
        return { id, value: reader.found(request.argument) };
      case "compare":
        return { id, value: reader.compare(request.argument) };
      case "page":
        return { id, value: reader.page(request.argument) };
      case "lines":
        return { id, value: reader.lines(request.argument) };
    }
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
