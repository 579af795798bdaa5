import { DerError, type DerValue, listOf, readOid, TAG } from "./der.ts";
import { type Name, readName } from "./distinguished-names.ts";

/** A GeneralName (RFC 5280, 4.2.1.6). */
export type GeneralName =
  | { readonly form: TextForm; readonly text: string | undefined }
  | { readonly form: "directoryName"; readonly name: Name }
  | { readonly form: "iPAddress"; readonly bytes: Buffer }
  /** `type` and `values` are those of an otherName; of the other forms, only the presence matters here. */
  | { readonly form: OtherForm; readonly type?: string; readonly values?: readonly DerValue[] };

/** Forms whose value is an IA5String. `text` is undefined for an address in a subject that is not text. */
export type TextForm = "rfc822Name" | "dNSName" | "uniformResourceIdentifier";
type OtherForm = "otherName" | "x400Address" | "ediPartyName" | "registeredID";

const TEXT_FORMS: Record<number, TextForm> = { 129: "rfc822Name", 130: "dNSName", 134: "uniformResourceIdentifier" };
const OTHER_FORMS: Record<number, OtherForm> = { 163: "x400Address", 165: "ediPartyName", 136: "registeredID" };
const OTHER_NAME = 0xa0;
const DIRECTORY_NAME = 0xa4;
const IP_ADDRESS = 0x87;

/** @throws DerError */
export function readGeneralNames(value: DerValue): GeneralName[] {
  return listOf(value, TAG.sequence).map(readGeneralName);
}

/** @throws DerError */
export function readGeneralName(value: DerValue | undefined): GeneralName {
  if (value === undefined) throw new DerError("a name is missing");
  const { tag, content, children } = value;
  const textForm = TEXT_FORMS[tag];
  if (textForm !== undefined) return { form: textForm, text: content.toString("latin1") };
  const form = OTHER_FORMS[tag];
  if (form !== undefined) return { form };
  if (tag === IP_ADDRESS) return { form: "iPAddress", bytes: content };
  if (tag === OTHER_NAME) return { form: "otherName", type: readOid(children[0]), values: children.slice(1) };
  if (tag !== DIRECTORY_NAME) throw new DerError("a name is of a form that does not exist");
  // Explicit, since Name is a CHOICE.
  if (children.length !== 1) throw new DerError("a directory name is malformed");
  return { form: "directoryName", name: readName(children[0]) };
}
