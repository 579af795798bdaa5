import assert from "node:assert/strict";
import { authenticate } from "../../../support/certificate-cases.ts";
import { type ConstrainedPath, constrainedPath } from "../../../support/constrained-paths.ts";
import { failsWith } from "../../../support/errors.ts";
import { nameDer, type TestName } from "../../../support/names.ts";

function accepts(title: string, path: ConstrainedPath): void {
  it(`accepts ${title}`, async () => {
    assert.equal((await authenticate(constrainedPath(path))).signer.method, "certificate");
  });
}

function rejects(title: string, path: ConstrainedPath, message = /breaks a name constraint/): void {
  it(`rejects ${title}`, async () => {
    assert.match(
      (await failsWith("CERTIFICATE_PATH_INVALID", () => authenticate(constrainedPath(path)))).message,
      message,
    );
  });
}

const dns = (...list: readonly string[]): TestName[] => list.map((text) => ({ dns: text }));
const email = (...list: readonly string[]): TestName[] => list.map((text) => ({ email: text }));
const uri = (...list: readonly string[]): TestName[] => list.map((text) => ({ uri: text }));
const directory = (...parts: readonly (readonly ["C" | "O" | "OU" | "CN", string])[]): TestName => ({
  directory: parts.map((part) => [part]),
});
const permitted = (names: readonly TestName[]): ConstrainedPath["constraints"] => [undefined, { permitted: names }];
const excluded = (names: readonly TestName[]): ConstrainedPath["constraints"] => [undefined, { excluded: names }];

describe("name constraints", () => {
  describe("of several names and authorities", () => {
    rejects("a name that is not permitted beside one that is", {
      constraints: permitted(dns("acme.example")),
      names: dns("acme.example", "evil.example"),
    });
    rejects("a name that only one of two authorities permits", {
      constraints: [{ permitted: dns("acme.example") }, { permitted: dns("evil.example") }],
      names: dns("evil.example"),
    });
    accepts("a name that all authorities permit", {
      constraints: [{ permitted: dns("acme.example") }, { permitted: dns("models.acme.example", "evil.example") }],
      names: dns("a.models.acme.example"),
    });
    rejects("a name that any authority excludes", {
      constraints: [{ excluded: dns("a.acme.example") }, { excluded: dns("b.acme.example") }],
      names: dns("a.acme.example"),
    });
    rejects("a name that is permitted and excluded", {
      constraints: [undefined, { permitted: dns("acme.example"), excluded: dns("a.acme.example") }],
      names: dns("b.a.acme.example"),
    });
    rejects("a name that the trust anchor does not permit (RFC 5937)", {
      constraints: [{ permitted: dns("acme.example") }],
      names: dns("evil.example"),
    });
    accepts("names of a form that is not constrained", {
      constraints: permitted(dns("acme.example")),
      names: [...email("a@evil.example"), ...uri("urn:x:y")],
    });
    rejects("an authority whose own name is not permitted above it", {
      constraints: [{ permitted: dns("acme.example") }, undefined],
      authorityNames: dns("evil.example"),
    });
    accepts("a self-issued authority with such a name", {
      constraints: [{ permitted: dns("acme.example") }, undefined],
      authorityNames: dns("evil.example"),
      selfIssued: true,
    });
    accepts("an authority that its own constraints do not permit", {
      constraints: permitted(dns("acme.example")),
      authorityNames: dns("evil.example"),
    });
  });

  describe("of DNS names", () => {
    for (const name of ["acme.example", "a.acme.example", "A.ACME.Example", "*.acme.example"]) {
      accepts(name, { constraints: permitted(dns("acme.example")), names: dns(name) });
    }
    for (const name of ["notacme.example", "acme.example.evil", "example", "acme.example.", "a..acme.example", ""]) {
      rejects(JSON.stringify(name), { constraints: permitted(dns("acme.example")), names: dns(name) });
    }
    rejects("an excluded name with a dot at its end", {
      constraints: excluded(dns("evil.example")),
      names: dns("evil.example."),
    });
    rejects("the domain itself where its subdomains are permitted", {
      constraints: permitted(dns(".acme.example")),
      names: dns("acme.example"),
    });
    rejects("all names where the empty one is excluded", { constraints: excluded(dns("")), names: dns("a.example") });
  });

  describe("of mail addresses", () => {
    const within: readonly (readonly [string, string])[] = [
      ["alice@acme.example", "alice@acme.example"],
      ["alice@acme.example", "alice@ACME.example"],
      ["acme.example", "anna.b+c@acme.example"],
      [".acme.example", "bob@x.acme.example"],
    ];
    for (const [base, name] of within) {
      accepts(`${name} within ${base}`, { constraints: permitted(email(base)), names: email(name) });
      rejects(`${name} excluded by ${base}`, { constraints: excluded(email(base)), names: email(name) });
    }
    const beyond: readonly (readonly [string, string])[] = [
      ["alice@acme.example", "Alice@acme.example"],
      ["acme.example", "bob@x.acme.example"],
      [".acme.example", "bob@acme.example"],
      ["acme.example", "bob@notacme.example"],
      ["acme.example", "bob@evil.example@acme.example"],
      ["acme.example", '"bob"@acme.example'],
      ["acme.example", "acme.example"],
      ["acme.example", "bob@[10.0.0.1]"],
      ["@acme.example", "bob@acme.example"],
    ];
    for (const [base, name] of beyond) {
      rejects(`${name} within ${base}`, { constraints: permitted(email(base)), names: email(name) });
    }
    const subject = nameDer([[["emailAddress", "eve@evil.example"]], [["CN", "Eve"]]]);
    for (const names of [[], email("alice@acme.example")]) {
      rejects(`an address in the subject, with ${names.length} beside it`, {
        constraints: permitted(email("acme.example")),
        names,
        subject,
      });
    }
    rejects("an excluded address in the subject", { constraints: excluded(email("evil.example")), subject });
    rejects("an address that is not ASCII (RFC 9598)", {
      constraints: permitted(email("acme.example")),
      names: [{ other: "2b06010505070809", text: "älice@evil.example" }],
    });
  });

  describe("of URIs", () => {
    const constraints = permitted(uri(".acme.example"));
    for (const name of [
      "https://x.acme.example",
      "https://x.acme.example:8443/a#b",
      "https://user@x.acme.example/",
      "HTTPS://X.ACME.EXAMPLE/",
      "spiffe://a.b.acme.example/model?q=evil.com",
    ]) {
      accepts(name, { constraints, names: uri(name) });
    }
    for (const name of [
      "https://evil.com#x.acme.example",
      "https://evil.com?x.acme.example",
      "https://evil.com\\x.acme.example",
      "https://evil.com/x.acme.example",
      "https://x.acme.example@evil.com/",
      "https://x.acme.example:y@evil.com/",
      "https://a@b@x.acme.example/",
      "https://acme.example/",
      "https://x.acme.example./",
      "https://evil.com%2Fx.acme.example/",
      "https://evil.com x.acme.example/",
      "https://x.acme.example:443x/",
      "https:x.acme.example",
      "//x.acme.example",
      "urn:uuid:1",
    ]) {
      rejects(name, { constraints, names: uri(name) });
    }
    // RFC 5280, 4.2.1.10: rejected because URIs are constrained at all, even if by another name.
    for (const name of [
      "https://10.0.0.1/",
      "https://[2001:db8::1]/",
      "https://0x7f.1/",
      "mailto:a@b.c",
      "https:///x",
    ]) {
      rejects(`${name} where another host is excluded`, {
        constraints: excluded(uri("evil.example")),
        names: uri(name),
      });
    }
    accepts("the one host that is permitted", {
      constraints: permitted(uri("acme.example")),
      names: uri("https://acme.example/"),
    });
    rejects("a host below the one that is permitted", {
      constraints: permitted(uri("acme.example")),
      names: uri("https://x.acme.example/"),
    });
    rejects("any URI where the constraint is no host", {
      constraints: permitted(uri("https://acme.example")),
      names: uri("https://acme.example"),
    });
  });

  describe("of directory names", () => {
    const acme = directory(["C", "US"], ["O", "Acme"]);
    const below = nameDer([[["C", "US"]], [["O", "Acme"]], [["CN", "Alice"]]]);
    accepts("a subject below the one that is permitted", { constraints: permitted([acme]), subject: below });
    rejects("a subject that ends with the one that is permitted", {
      constraints: permitted([acme]),
      subject: nameDer([[["O", "Evil"]], [["C", "US"]], [["O", "Acme"]]]),
    });
    rejects("a subject with the parts in another order", {
      constraints: permitted([acme]),
      subject: nameDer([[["O", "Acme"]], [["C", "US"]]]),
    });
    rejects("two parts in the place of one of two attributes", {
      constraints: permitted([acme]),
      subject: nameDer([
        [
          ["C", "US"],
          ["O", "Acme"],
        ],
        [["CN", "Alice"]],
      ]),
    });
    accepts("another case, other spaces and another string type (7.1)", {
      constraints: permitted([acme]),
      subject: nameDer([[["C", "us", "printable"]], [["O", " ACME ", "printable"]], [["CN", "Alice"]]]),
    });
    rejects("an excluded subject in another case, with other spaces, in another string type", {
      constraints: excluded([directory(["O", "Evil Corp"])]),
      subject: nameDer([[["O", "EVIL  corp", "bmp"]], [["CN", "Eve"]]]),
    });
    rejects("an excluded subject with an invisible character in it", {
      constraints: excluded([directory(["O", "Evil"])]),
      subject: nameDer([[["O", "Ev\u00adil"]], [["CN", "Eve"]]]),
    });
    rejects("a directory name among the alternative names", {
      constraints: permitted([acme]),
      subject: below,
      names: [directory(["C", "US"], ["O", "Evil"])],
    });
    accepts("no subject, and such a directory name", {
      constraints: permitted([acme]),
      subject: nameDer([]),
      names: [directory(["C", "US"], ["O", "Acme"], ["CN", "Alice"])],
    });
  });

  describe("of IP addresses", () => {
    const ten: TestName = { ip: [10, 0, 0, 0, 255, 0, 0, 0] };
    accepts("an address in the network", { constraints: permitted([ten]), names: [{ ip: [10, 1, 2, 3] }] });
    rejects("an address beyond the network", { constraints: permitted([ten]), names: [{ ip: [11, 1, 2, 3] }] });
    rejects("an excluded address", { constraints: excluded([ten]), names: [{ ip: [10, 1, 2, 3] }] });
    rejects("an address of the other family", {
      constraints: permitted([ten]),
      names: [{ ip: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] }],
    });
    rejects("what is no address", { constraints: excluded([ten]), names: [{ ip: [10, 1, 2] }] });
    rejects("any address where the constraint has no mask", {
      constraints: excluded([{ ip: [10, 0, 0, 0] }]),
      names: [{ ip: [11, 0, 0, 1] }],
    });
  });

  describe("of other forms", () => {
    for (const name of [{ registeredId: true } as const, { other: "2a0304", text: "x" }]) {
      const [form] = Object.keys(name);
      rejects(`a name of a form that is constrained and not supported: ${form}`, {
        constraints: excluded([name]),
        names: [name],
      });
      accepts(`other names beside a constraint of it: ${form}`, {
        constraints: excluded([name]),
        names: dns("a.example"),
      });
      accepts(`a name of it without a constraint: ${form}`, {
        constraints: permitted(dns("acme.example")),
        names: [name],
      });
    }
  });
});
