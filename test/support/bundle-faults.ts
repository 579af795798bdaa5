export interface BundleFault {
  /** Part and position: `certificate[12]`. */
  readonly where: string;
  readonly what: Part;
  /** The signature file with it. */
  readonly changed: Buffer;
}

interface Part {
  /** Whether something is decided by this byte. */
  readonly relied: boolean;
  /** Whether a change shows that the file was altered, whatever is known of Sigstore instances. */
  readonly red: boolean;
}

type Json = { [key: string]: Json } & Json[] & string;

interface Field {
  readonly name: string;
  /** The parent in the bundle, and the key there. */
  readonly at: (bundle: Json) => { parent: Json; key: string };
  readonly encoding: "base64" | "utf8";
  /** Every so many bytes. */
  readonly stride: number;
  readonly part: (position: number, bytes: Buffer) => Part;
}

/** Where a TimeStampResp of more than 255 bytes has its status: after two headers of four bytes and three. */
const STATUS = 8;

const RED = () => ({ relied: true, red: true });
const RELIED = () => ({ relied: true, red: false });

/**
 * Keyless bundles with one bit changed in one place each.
 *
 * @param thinning how many times fewer places than there could be
 */
export function* bundleFaults(original: Buffer, thinning = 1): Generator<BundleFault> {
  const text = original.toString("utf8");
  for (const { name, at, encoding, stride, part } of fields(JSON.parse(text))) {
    const { parent, key } = at(JSON.parse(text));
    const bytes = Buffer.from(String(parent[key as keyof Json]), encoding);
    for (let position = 0; position < bytes.length; position += stride * thinning) {
      const changed = Buffer.from(bytes);
      changed[position] = (changed[position] ?? 0) ^ (encoding === "utf8" ? 1 : 1 << (position % 8));
      const bundle = JSON.parse(text);
      const target = at(bundle);
      Object.assign(target.parent, { [target.key]: changed.toString(encoding) });
      yield {
        where: `${name}[${position}]`,
        what: part(position, bytes),
        changed: Buffer.from(JSON.stringify(bundle)),
      };
    }
  }
}

function fields(bundle: Json): Field[] {
  const material = (root: Json) => root["verificationMaterial"] as Json;
  const entry = (root: Json) => (material(root)["tlogEntries"] as Json)[0] as Json;
  const proof = (root: Json) => entry(root)["inclusionProof"] as Json;
  const envelope = (root: Json) => root["dsseEnvelope"] as Json;
  const field = (
    name: string,
    parent: (root: Json) => Json | undefined,
    key: string,
    part: Field["part"],
    more: Partial<Pick<Field, "encoding" | "stride">> = {},
  ): Field[] => {
    if (parent(bundle)?.[key as keyof Json] === undefined) return [];
    return [
      { name, at: (root) => ({ parent: parent(root) as Json, key }), encoding: "base64", stride: 1, part, ...more },
    ];
  };
  const promised = entry(bundle)["inclusionPromise"] !== undefined;
  const hashes = (proof(bundle)["hashes"] as Json | undefined) ?? [];
  return [
    ...field("payload", envelope, "payload", RED, { stride: 23 }),
    ...field("signature", (root) => (envelope(root)["signatures"] as Json)[0] as Json, "sig", RED),
    ...field("certificate", (root) => material(root)["certificate"] as Json, "rawBytes", RED, { stride: 9 }),
    ...field("log entry", entry, "canonicalizedBody", RED, { stride: 23 }),
    ...field("log identifier", (root) => entry(root)["logId"] as Json, "keyId", RELIED),
    ...field("kind", (root) => entry(root)["kindVersion"] as Json, "kind", RED, { encoding: "utf8" }),
    ...field("version", (root) => entry(root)["kindVersion"] as Json, "version", RED, { encoding: "utf8" }),
    ...field("log index", entry, "logIndex", RED, { encoding: "utf8" }),
    ...(promised ? field("log time", entry, "integratedTime", RED, { encoding: "utf8" }) : []),
    ...field("promise", (root) => entry(root)["inclusionPromise"] as Json | undefined, "signedEntryTimestamp", RED),
    ...field("proof index", proof, "logIndex", RED, { encoding: "utf8" }),
    ...field("proof size", proof, "treeSize", RED, { encoding: "utf8" }),
    ...field("proof root", proof, "rootHash", RED),
    ...Object.keys(hashes).flatMap((index) =>
      field(`proof hash ${index}`, (root) => proof(root)["hashes"] as Json, index, RED, { stride: 8 }),
    ),
    ...field("checkpoint", (root) => proof(root)["checkpoint"] as Json, "envelope", checkpointPart, {
      encoding: "utf8",
    }),
    ...timestamps(material(bundle)).flatMap((_, index) =>
      field(`timestamp ${index}`, (root) => timestamps(material(root))[index], "signedTimestamp", timestampPart, {
        stride: 5,
      }),
    ),
  ];
}

function timestamps(material: Json): Json[] {
  return ((material["timestampVerificationData"] as Json | undefined)?.["rfc3161Timestamps"] as Json | undefined) ?? [];
}

/** The last bits of the Base64 at the end of a checkpoint may stand for nothing. */
function checkpointPart(position: number, bytes: Buffer): Part {
  return { relied: position < bytes.length - 6, red: false };
}

/** Whether a timestamp was granted as asked for or with modifications is not signed, and the same to a verifier. */
function timestampPart(position: number): Part {
  return { relied: position !== STATUS, red: false };
}
