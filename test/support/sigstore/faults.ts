/** The parts of a local Sigstore, as they are named when one is to misbehave. */
export const SERVICES = ["issuer", "fulcio", "rekor-v1", "rekor-v2", "timestamps", "tuf"] as const;
export type Service = (typeof SERVICES)[number];

/** What any service can do wrong, whatever it is asked. `path` narrows it to requests that start with it. */
export type TransportFault =
  | { readonly kind: "slow"; readonly milliseconds: number; readonly path?: string }
  | { readonly kind: "status"; readonly status: number; readonly path?: string }
  | { readonly kind: "reset"; readonly path?: string };

/** What a service can answer wrongly, and which service can. */
export const CONTENT_FAULTS = {
  "expired-token": "issuer",
  "future-token": "issuer",
  "no-email": "issuer",
  "unverified-email": "issuer",
  "no-token": "issuer",
  "wrong-nonce": "issuer",
  "wrong-state": "issuer",
  "wrong-audience": "issuer",
  "pending-401": "issuer",
  "other-identity": "fulcio",
  "unknown-certificate-log": "fulcio",
  "bad-set": "rekor-v1",
  "bad-proof": "rekor",
  "wrong-log-key": "rekor",
  "unknown-authority": "timestamps",
} as const;

export type ContentFaultKind = keyof typeof CONTENT_FAULTS;
export type ContentFault = { readonly kind: ContentFaultKind };
export type Fault = TransportFault | ContentFault;

interface Wish {
  readonly service: Service;
  readonly fault: Fault;
  left: number;
}

/** What is to go wrong, and how often still. */
export class FaultBoard {
  readonly #wishes: Wish[] = [];

  /**
   * @param times how many requests are affected; all of them, if absent
   * @returns a function that removes the fault
   */
  add(service: Service, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    const wish: Wish = { service, fault, left: times };
    this.#wishes.push(wish);
    return () => this.#remove(wish);
  }

  clear(): void {
    this.#wishes.length = 0;
  }

  /** The fault for this request that does not depend on what is asked; used up by asking. */
  takeTransport(service: Service, path: string): TransportFault | undefined {
    for (const wish of this.#wishes) {
      const { fault } = wish;
      if (wish.service !== service || !isTransport(fault)) continue;
      if (fault.path !== undefined && !path.startsWith(fault.path)) continue;
      this.#use(wish);
      return fault;
    }
    return undefined;
  }

  /** Whether this answer is to be wrong in this way; used up by asking. */
  takeContent(service: Service, kind: ContentFaultKind): boolean {
    const wish = this.#wishes.find((candidate) => candidate.service === service && candidate.fault.kind === kind);
    if (wish === undefined) return false;
    this.#use(wish);
    return true;
  }

  #use(wish: Wish): void {
    wish.left -= 1;
    if (wish.left <= 0) this.#remove(wish);
  }

  #remove(wish: Wish): void {
    const index = this.#wishes.indexOf(wish);
    if (index >= 0) this.#wishes.splice(index, 1);
  }
}

function isTransport(fault: Fault): fault is TransportFault {
  return fault.kind === "slow" || fault.kind === "status" || fault.kind === "reset";
}

/**
 * Reads a wish as it is written on a command line: `fulcio=429`, `rekor-v2=slow:12000`, `issuer=reset`,
 * `rekor-v1=bad-set`.
 *
 * @throws Error with the words that are understood
 */
export function parseFault(text: string): { readonly service: Service; readonly fault: Fault } {
  const [name, kind, ...rest] = text.split("=");
  const service = SERVICES.find((candidate) => candidate === name);
  if (service === undefined || kind === undefined || rest.length > 0) {
    throw new Error(`"${text}" is not SERVICE=FAULT; the services are ${SERVICES.join(", ")}.`);
  }
  const fault = parseKind(kind);
  if (fault !== undefined && fits(service, fault)) return { service, fault };
  const known = Object.keys(CONTENT_FAULTS).filter((key) => fits(service, { kind: key as ContentFaultKind }));
  throw new Error(`${service} can be slow:MILLISECONDS, reset, a status such as 429 or 500, ${known.join(", ")}.`);
}

function parseKind(kind: string): Fault | undefined {
  if (kind === "reset") return { kind };
  if (/^[45]\d\d$/u.test(kind)) return { kind: "status", status: Number(kind) };
  const slow = /^slow:(\d+)$/u.exec(kind);
  if (slow?.[1] !== undefined) return { kind: "slow", milliseconds: Number(slow[1]) };
  return Object.hasOwn(CONTENT_FAULTS, kind) ? { kind: kind as ContentFaultKind } : undefined;
}

function fits(service: Service, fault: Fault): boolean {
  return isTransport(fault) || service.startsWith(CONTENT_FAULTS[fault.kind]);
}
