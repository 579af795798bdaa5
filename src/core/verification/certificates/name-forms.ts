/** A name cannot be compared with a constraint of its form, so the certificate is rejected. */
export class IncomparableNameError extends Error {
  override readonly name = "IncomparableNameError";
}

/** RFC 5280, 4.2.1.10, dNSName: the constraint itself, with zero or more labels before it. */
export function isWithinDnsName(name: string, base: string): boolean {
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
export function isWithinMailName(name: string | undefined, base: string): boolean {
  const { local, host } = splitMailbox(name ?? "");
  if (base.includes("@")) {
    const wanted = splitMailbox(base);
    return local === wanted.local && isEqual(host, wanted.host);
  }
  return isWithinHostConstraint(host, base);
}

/** RFC 5280, 4.2.1.10, uniformResourceIdentifier: one host (`host`), or all hosts below a domain (`.domain`). */
export function isWithinUri(uri: string, base: string): boolean {
  return isWithinHostConstraint(hostOf(uri), base);
}

/**
 * RFC 5280, 4.2.1.10, iPAddress.
 *
 * @param base address and mask, each as long as the name
 */
export function isWithinAddress(address: Buffer, base: Buffer): boolean {
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
