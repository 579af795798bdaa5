import type { ReaderAnswer, ReaderRequest } from "./requests.ts";
import { SignatureReader } from "./signature-reader.ts";

/** Answers what the process is asked, one after the other, until whoever asks is gone. */
export function serveReader(): void {
  if (process.send === undefined) throw new Error("the reading process is started by its client");
  const reader = new SignatureReader();
  let before: Promise<void> = Promise.resolve();
  process.on("message", (request: ReaderRequest) => {
    before = before.then(async () => {
      const answered = await answer(reader, request);
      process.send?.(answered, undefined, undefined, () => {});
    });
  });
  process.on("disconnect", () => process.exit(0));
  // Ctrl-C reaches the whole group of a terminal; what follows from it is the client's to say.
  process.on("SIGINT", () => {});
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
