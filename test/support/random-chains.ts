import { type CertificateOptions, makeCertificate, type RawExtension } from "./certificates.ts";
import { makeKeys } from "./keys.ts";
import {
  alternativeNames,
  type EncodedAttribute,
  nameConstraints,
  nameDer,
  type TestConstraints,
  type TestName,
} from "./names.ts";

/** DER of a path: the leaf, what is between, and the root. */
export interface TestChain {
  readonly leaf: Buffer;
  readonly intermediates: readonly Buffer[];
  readonly root: Buffer;
}

/** One certificate of a chain that is to be made. */
export interface ChainPart {
  readonly subject: readonly (readonly EncodedAttribute[])[];
  readonly names?: readonly TestName[];
  readonly constraints?: TestConstraints;
  readonly extensions?: readonly RawExtension[];
  readonly extendedKeyUsage?: readonly string[];
}

/** Keys cost more than all else of a certificate, and names do not depend on them. */
const KEYS = Array.from({ length: 4 }, () => makeKeys());

/** @param parts the root first, the leaf last */
export function chainOf(parts: readonly ChainPart[]): TestChain {
  const certificates: ReturnType<typeof makeCertificate>[] = [];
  for (const [index, part] of parts.entries()) {
    const { subject, names = [], constraints, extensions = [], extendedKeyUsage } = part;
    const issuer = certificates.at(-1);
    const keys = KEYS[index];
    if (keys === undefined) throw new Error(`A chain has at most ${KEYS.length} certificates.`);
    const options: CertificateOptions = {
      subject: nameDer(subject),
      keys,
      ca: index < parts.length - 1,
      ...(issuer !== undefined && { issuer }),
      ...(extendedKeyUsage !== undefined && { extendedKeyUsage }),
      extensions: [
        ...(names.length === 0 ? [] : [alternativeNames(names)]),
        ...(constraints === undefined ? [] : [nameConstraints(constraints)]),
        ...extensions,
      ],
    };
    certificates.push(makeCertificate(options));
  }
  const [root, ...below] = certificates.map(({ der }) => der);
  const leaf = below.at(-1);
  if (root === undefined || leaf === undefined) throw new Error("A chain has a root and a leaf.");
  return { leaf, intermediates: below.slice(0, -1), root };
}

/** Names and constraints that meet often: short lists, drawn from again and again. */
const DNS = ["acme.example", "a.acme.example", "b.a.acme.example", "A.Acme.Example", "notacme.example", "evil.example"];
const DNS_BASES = ["acme.example", "a.acme.example", ".acme.example", "evil.example", "EXAMPLE", ""];
const MAIL = ["al@acme.example", "Al@acme.example", "al@ACME.example", "bo@a.acme.example", "eve@evil.example"];
const MAIL_BASES = ["acme.example", ".acme.example", "al@acme.example", "evil.example", "ACME.example"];
const URI = [
  "https://acme.example/",
  "spiffe://a.acme.example:8443/x",
  "https://A.acme.example",
  "ci://evil.example/a",
];
const URI_BASES = ["acme.example", ".acme.example", "a.acme.example", "evil.example", ".example"];
const IP = [
  [10, 0, 0, 1],
  [10, 1, 0, 1],
  [192, 0, 2, 7],
  [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
];
const IP_BASES = [
  [10, 0, 0, 0, 255, 0, 0, 0],
  [10, 1, 0, 0, 255, 255, 0, 0],
  [192, 0, 2, 0, 255, 255, 255, 240],
  [0x20, 1, 0xd, 0xb8, ...Array<number>(12).fill(0), 255, 255, 255, 255, ...Array<number>(12).fill(0)],
];
const C: readonly (readonly EncodedAttribute[])[] = [[["C", "US", "printable"]], [["C", "us"]]];
const O: readonly (readonly EncodedAttribute[])[] = [
  [["O", "Acme"]],
  [["O", "ACME", "printable"]],
  [["O", " acme  "]],
  [["O", "Acme Models"]],
  [["O", "Evil"]],
  [["O", "Acme"], ["OU", "ML"]], // biome-ignore format: one part
];
const OU: readonly (readonly EncodedAttribute[])[] = [[["OU", "ML"]], [["OU", "ml", "bmp"]]];

/** A generator of the same numbers for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[Math.floor(this.next() * list.length)];
    if (item === undefined) throw new Error("There is nothing to pick from.");
    return item;
  }

  /** Up to `max` items. */
  some<T>(max: number, item: () => T): T[] {
    return Array.from({ length: Math.floor(this.next() * (max + 1)) }, item);
  }
}

/** One to three authorities with constraints of all forms, and a leaf with up to four alternative names. */
export function randomChain(random: Random): readonly ChainPart[] {
  const authorities = 1 + Math.floor(random.next() * 3);
  const parts: ChainPart[] = [];
  for (let index = 0; index < authorities; index++) {
    const above = parts.at(-1);
    const isSelfIssued = above !== undefined && random.chance(0.25);
    parts.push({
      subject: isSelfIssued ? above.subject : [...randomDirectory(random), [["CN", `Authority ${index}`]]],
      ...(random.chance(0.25) && { names: [randomName(random)] }),
      ...(random.chance(0.6) && { constraints: randomConstraints(random) }),
    });
  }
  const address: readonly EncodedAttribute[] = [["emailAddress", random.pick(MAIL)]];
  const subject = [...randomDirectory(random), ...(random.chance(0.2) ? [address] : []), [["CN", "The Leaf"]] as const];
  return [...parts, { subject: random.chance(0.15) ? [] : subject, names: random.some(4, () => randomName(random)) }];
}

function randomDirectory(random: Random): (readonly EncodedAttribute[])[] {
  const directory = [random.pick(C), random.pick(O)];
  if (random.chance(0.3)) directory.push(random.pick(OU));
  return random.chance(0.1) ? directory.reverse() : directory;
}

function randomConstraints(random: Random): TestConstraints {
  const permitted = random.some(3, () => randomBase(random));
  const excluded = random.some(2, () => randomBase(random));
  return permitted.length + excluded.length > 0 ? { permitted, excluded } : { permitted: [{ dns: "acme.example" }] };
}

function randomName(random: Random): TestName {
  return random.pick<() => TestName>([
    () => ({ dns: random.pick(DNS) }),
    () => ({ dns: random.pick(DNS) }),
    () => ({ email: random.pick(MAIL) }),
    () => ({ email: random.pick(MAIL) }),
    () => ({ uri: random.pick(URI) }),
    () => ({ uri: random.pick(URI) }),
    () => ({ directory: randomDirectory(random) }),
    () => ({ ip: random.pick(IP) }),
    () => (random.chance(0.5) ? { registeredId: true } : { dns: random.pick(DNS) }),
  ])();
}

function randomBase(random: Random): TestName {
  return random.pick<() => TestName>([
    () => ({ dns: random.pick(DNS_BASES) }),
    () => ({ email: random.pick(MAIL_BASES) }),
    () => ({ uri: random.pick(URI_BASES) }),
    () => ({ directory: randomDirectory(random).slice(0, random.chance(0.6) ? 1 : 2) }),
    () => ({ ip: random.pick(IP_BASES) }),
    () => (random.chance(0.3) ? { registeredId: true } : { dns: random.pick(DNS_BASES) }),
  ])();
}
