import { DerError, type DerValue, listOf, readCount, TAG } from "./der.ts";
import { isWithinName } from "./distinguished-names.ts";
import { type GeneralName, readGeneralName } from "./general-names.ts";

/** The extension nameConstraints of one certificate (RFC 5280, 4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

const PERMITTED = 0xa0;
const EXCLUDED = 0xa1;
const MINIMUM = 0x80;
/** An address that is not ASCII (RFC 9598); constraints of rfc822Name hold for it as well. */
const SMTP_UTF8_MAILBOX = "1.3.6.1.5.5.7.8.9";
/** Comparisons of names with constraints on one path, the number at which OpenSSL stops as well. */
const MAX_COMPARISONS = 2 ** 20;

/** @throws DerError also where it constrains nothing, which RFC 5280 forbids */
export function readNameConstraints(value: DerValue): NameConstraints {
  const lists = listOf(value, TAG.sequence, 1);
  const [first, second] = lists;
  const ordered = lists.length === 1 || (first?.tag === PERMITTED && second?.tag === EXCLUDED && lists.length === 2);
  if (!ordered || (first?.tag !== PERMITTED && first?.tag !== EXCLUDED)) {
    throw new DerError("name constraints are malformed");
  }
  const of = (tag: number) => {
    const list = lists.find((one) => one.tag === tag);
    return list === undefined ? [] : listOf(list, tag, 1).map(readSubtree);
  };
  return { permitted: of(PERMITTED), excluded: of(EXCLUDED) };
}

/** GeneralSubtree: `minimum` has to be 0, and `maximum` absent. */
function readSubtree(value: DerValue): GeneralName {
  const [base, minimum, ...more] = listOf(value, TAG.sequence, 1);
  if (more.length > 0 || (minimum !== undefined && readCount(minimum, MINIMUM) !== 0)) {
    throw new DerError("a name constraint has a minimum or maximum, which is not supported");
  }
  return readGeneralName(base);
}

/** The constraints that a path has gathered from the trust anchor downwards. */
export class ConstrainedNames {
  /** An entry for each certificate: a name has to satisfy all of them, which is the intersection. */
  readonly #permitted: { readonly by: string; readonly bases: readonly GeneralName[] }[] = [];
  readonly #excluded: { readonly by: string; readonly base: GeneralName }[] = [];
  #comparisons = 0;

  /**
   * RFC 5280, 6.1.4 (g): permitted subtrees are intersected with those before, excluded ones united.
   *
   * @param by who constrains, for messages
   */
  add({ permitted, excluded }: NameConstraints, by: string): void {
    if (permitted.length > 0) this.#permitted.push({ by, bases: permitted });
    this.#excluded.push(...excluded.map((base) => ({ by, base })));
  }

  /**
   * RFC 5280, 6.1.3 (b) and (c): each name has to lie within one of the permitted subtrees of its form, of every
   * certificate that has any of that form, and within no excluded one.
   *
   * @returns why a name is not allowed; undefined where all are
   */
  violation(names: readonly GeneralName[]): string | undefined {
    for (const name of names) {
      try {
        const why = this.#violation(name);
        if (why !== undefined) return why;
      } catch (error) {
        if (!(error instanceof IncomparableNameError)) throw error;
        return `its ${nameText(name)} cannot be compared with the name constraints above it: ${error.message}`;
      }
    }
    return undefined;
  }

  #violation(name: GeneralName): string | undefined {
    const excluding = this.#excluded.find(({ base }) => isConstrainedBy(name, base) && this.#isWithin(name, base));
    if (excluding !== undefined) return `its ${nameText(name)} is excluded by ${excluding.by}`;
    for (const { by, bases } of this.#permitted) {
      const sameForm = bases.filter((base) => isConstrainedBy(name, base));
      if (sameForm.length > 0 && !sameForm.some((base) => this.#isWithin(name, base))) {
        return `its ${nameText(name)} is not permitted by ${by}`;
      }
    }
    return undefined;
  }

  #isWithin(name: GeneralName, base: GeneralName): boolean {
    if (++this.#comparisons > MAX_COMPARISONS)
      throw new IncomparableNameError("there are too many names and constraints");
    return isWithin(name, base);
  }
}

function isConstrainedBy(name: GeneralName, base: GeneralName): boolean {
  if (name.form === base.form) return true;
  return base.form === "rfc822Name" && name.form === "otherName" && name.type === SMTP_UTF8_MAILBOX;
}

/** @throws IncomparableNameError */
function isWithin(name: GeneralName, base: GeneralName): boolean {
  if (name.form === "directoryName" && base.form === "directoryName") return isWithinName(name.name, base.name);
  if (name.form === "iPAddress" && base.form === "iPAddress") return isWithinAddress(name.bytes, base.bytes);
  if ("text" in name && "text" in base) {
    const text = base.text ?? "";
    if (name.form === "rfc822Name") return isWithinMailName(name.text, text);
    if (name.form === "dNSName") return isWithinDnsName(name.text ?? "", text);
    return isWithinHostConstraint(hostOf(name.text ?? ""), text);
  }
  // RFC 5280, 4.2.1.10: a constraint of a form that is not processed rejects a certificate that has a name of that form.
  throw new IncomparableNameError("constraints of this form are not supported");
}

function nameText(name: GeneralName): string {
  if ("text" in name) return `${name.form} ${JSON.stringify(name.text ?? "")}`;
  return name.form === "iPAddress" ? `iPAddress ${name.bytes.toString("hex")}` : name.form;
}

/** A name cannot be compared with a constraint of its form, so the certificate is rejected. */
class IncomparableNameError extends Error {
  override readonly name = "IncomparableNameError";
}

/** RFC 5280, 4.2.1.10, dNSName: the constraint itself, with zero or more labels before it. */
function isWithinDnsName(name: string, base: string): boolean {
  requireHost(name.replace(/^\*\./, ""), "DNS name", name);
  if (base === "") return true;
  const domain = base.startsWith(".") ? base.slice(1) : base;
  requireHost(domain, "constraint", base);
  // A leading dot has no meaning in the RFC; by convention, it requires at least one more label.
  return isBelow(name, domain) || (!base.startsWith(".") && isEqual(name, domain));
}

/**
 * RFC 5280, 4.2.1.10, rfc822Name: one mailbox (`a@host`), all of one host (`host`), or all of the hosts below a domain
 * (`.domain`). The local part is compared exactly (7.5). A quoted local part can spell one mailbox in several ways, so
 * it is not compared.
 */
function isWithinMailName(name: string | undefined, base: string): boolean {
  const { local, host } = splitMailbox(name ?? "");
  if (base.includes("@")) {
    const wanted = splitMailbox(base);
    return local === wanted.local && isEqual(host, wanted.host);
  }
  return isWithinHostConstraint(host, base);
}

/**
 * RFC 5280, 4.2.1.10, iPAddress.
 *
 * @param base address and mask, each as long as the name
 */
function isWithinAddress(address: Buffer, base: Buffer): boolean {
  if (address.length !== 4 && address.length !== 16) throw new IncomparableNameError("it is not an IP address");
  if (base.length !== 8 && base.length !== 32)
    throw new IncomparableNameError("the constraint is not an address and a mask");
  if (base.length !== 2 * address.length) return false;
  const mask = base.subarray(address.length);
  return address.every((byte, index) => ((byte ^ (base[index] ?? 0)) & (mask[index] ?? 0xff)) === 0);
}

/**
 * The host of a URI (RFC 3986, 3.2). RFC 5280, 4.2.1.10: where URIs are constrained, one without an authority, or whose
 * host is not a fully qualified domain name (an IP address), is rejected.
 */
function hostOf(uri: string): string {
  const [, authority] = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(uri) ?? [];
  // Parsers differ on characters that RFC 3986 does not allow, such as a backslash.
  if (authority === undefined || !/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/.test(uri)) {
    throw new IncomparableNameError("it is a URI without a host");
  }
  const [, host] = /^(?:[^@[\]]*@)?([^@:[\]]+)(?::\d*)?$/.exec(authority) ?? [];
  const labels = host?.split(".") ?? [];
  if (host === undefined || labels.length < 2 || /^(?:\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? "")) {
    throw new IncomparableNameError("its host is not a fully qualified domain name");
  }
  requireHost(host, "host", host);
  return host;
}

/** Of rfc822Name and uniformResourceIdentifier: one host (`host`), or all hosts below a domain (`.domain`). */
function isWithinHostConstraint(host: string, base: string): boolean {
  const isDomain = base.startsWith(".");
  const domain = isDomain ? base.slice(1) : base;
  requireHost(domain, "constraint", base);
  return isDomain ? isBelow(host, domain) : isEqual(host, domain);
}

/** RFC 5321, 4.1.2: a dot-string and a domain. */
function splitMailbox(mailbox: string): { readonly local: string; readonly host: string } {
  const at = mailbox.lastIndexOf("@");
  const local = mailbox.slice(0, Math.max(at, 0));
  const host = mailbox.slice(at + 1);
  if (!/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local)) {
    throw new IncomparableNameError("it is not a plain mail address");
  }
  requireHost(host, "host", host);
  return { local, host };
}

function requireHost(host: string, what: string, shown: string): void {
  if (host.split(".").every((label) => /^[A-Za-z0-9_-]{1,63}$/.test(label))) return;
  throw new IncomparableNameError(`${JSON.stringify(shown)} is not a valid ${what}`);
}

function isEqual(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function isBelow(host: string, domain: string): boolean {
  return host.toLowerCase().endsWith(`.${domain.toLowerCase()}`);
}
