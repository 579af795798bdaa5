import { DerError, type DerValue, listOf, readCount, TAG } from "./der.ts";
import { isWithinName } from "./distinguished-names.ts";
import { type GeneralName, readGeneralName } from "./general-names.ts";
import {
  IncomparableNameError,
  isWithinAddress,
  isWithinDnsName,
  isWithinMailName,
  isWithinUri,
} from "./name-forms.ts";

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
    return name.form === "dNSName" ? isWithinDnsName(name.text ?? "", text) : isWithinUri(name.text ?? "", text);
  }
  // RFC 5280, 4.2.1.10: a constraint of a form that is not processed rejects a certificate that has a name of that form.
  throw new IncomparableNameError("constraints of this form are not supported");
}

function nameText(name: GeneralName): string {
  if ("text" in name) return `${name.form} ${JSON.stringify(name.text ?? "")}`;
  return name.form === "iPAddress" ? `iPAddress ${name.bytes.toString("hex")}` : name.form;
}
