/**
 * Runs a whole Sigstore on loopback until Ctrl-C: an identity provider that logs in anyone who types a name, Fulcio, both
 * Rekors, a timestamp authority and a TUF repository.
 *
 *   node scripts/local-sigstore.ts [--rekor 1|2] [--out FOLDER] [--issuer-port PORT] [--misbehave SERVICE=FAULT]…
 *     [--json [--token SUBJECT]…]
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { parseFault } from "../test/support/sigstore/faults.ts";
import { startLocalSigstore } from "../test/support/sigstore/local-sigstore.ts";

const { values } = parseArgs({
  options: {
    rekor: { type: "string", default: "2" },
    out: { type: "string" },
    "issuer-port": { type: "string", default: "0" },
    misbehave: { type: "string", multiple: true, default: [] },
    /** One line of JSON in place of the words, for a program that started this one. */
    json: { type: "boolean", default: false },
    /** With --json: an identity token of that subject, as if it had logged in just now. */
    token: { type: "string", multiple: true, default: [] },
  },
});

const wishes = values.misbehave.map((wish) => {
  try {
    return parseFault(wish);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(2);
  }
});
const sigstore = await startLocalSigstore({
  rekor: values.rekor === "1" ? 1 : 2,
  issuerPort: Number(values["issuer-port"]),
  ...(values.out === undefined ? {} : { folder: values.out }),
});
for (const { service, fault } of wishes) sigstore.misbehave(service, fault);

if (values.json) {
  const { trustConfigPath, trustedRootPath, tufRootPath, issuer, urls } = sigstore;
  const tokens = Object.fromEntries(
    await Promise.all(values.token.map(async (subject) => [subject, await sigstore.token(subject)])),
  );
  const about = { trustConfigPath, trustedRootPath, tufRootPath, issuer, urls, tokens };
  process.stdout.write(`${JSON.stringify(about)}\n`);
} else {
  process.stdout.write(`${JSON.stringify(sigstore.trustConfig, undefined, 2)}

A Sigstore of your own, on loopback, until Ctrl-C. The configuration above is also in a file:
  --trust-config ${sigstore.trustConfigPath}
  issuer        ${sigstore.issuer}
  TUF           ${sigstore.urls.tuf}, first root in ${sigstore.tufRootPath}
${values.misbehave.map((wish) => `  misbehaving   ${wish}\n`).join("")}`);
}

await Promise.race(["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => once(process, signal)));
await sigstore.stop();
