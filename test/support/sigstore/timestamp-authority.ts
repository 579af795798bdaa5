import { tsaHandler } from "@sigstore/mock/dist/timestamp/handler.js";
import { initializeTSA } from "@sigstore/mock/dist/timestamp/tsa.js";
import { makeKeys } from "../keys.ts";
import type { FaultBoard } from "./faults.ts";
import type { RequestHandler } from "./loopback-service.ts";
import { serveMockHandler } from "./mock-handler.ts";

export interface TimestampAuthority {
  /** DER: who signs the timestamps, then the root. */
  readonly chain: readonly Buffer[];
  readonly handle: RequestHandler;
}

/** An RFC 3161 authority that is asked in JSON, as the timestamp server allows it. */
export async function makeTimestampAuthority(faults: FaultBoard): Promise<TimestampAuthority> {
  // Set before each answer: the mock would write fractions of a second in a form that is not DER.
  const clock = new Date();
  const authority = await initializeTSA(makeKeys(), clock);
  const known = tsaHandler(authority);
  const unknown = tsaHandler(await initializeTSA(makeKeys(), clock));
  return {
    chain: [authority.intCertificate, authority.rootCertificate].map((certificate) =>
      Buffer.from(certificate.buffer, certificate.byteOffset, certificate.byteLength),
    ),
    handle: (request, response) => {
      clock.setTime(Math.floor(Date.now() / 1000) * 1000);
      const handler = faults.takeContent("timestamps", "unknown-authority") ? unknown : known;
      return serveMockHandler(request, response, handler);
    },
  };
}
