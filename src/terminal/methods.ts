import { ProvenanceError } from "../core/errors.ts";
import { usageError } from "./arguments.ts";
import { COMMON_OPTIONS, type Command, EXIT, PROGRAM } from "./command.ts";
import { renderHelp } from "./help.ts";

/** A way to sign or to verify, loaded when it is wanted. */
export interface Method {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

const PKCS11_METHODS = ["pkcs11-key", "pkcs11-certificate"];

/**
 * `sign` and `verify`: the first argument names the method; where it names none, `sigstore` is meant, as in the reference.
 *
 * @param withPolicy instead of a method, where `--policy` is given
 */
export function methodCommand(
  name: string,
  description: readonly string[],
  methods: Readonly<Record<string, Method>> & { readonly sigstore: Method },
  withPolicy?: () => Promise<Command>,
): Command {
  return {
    async execute(argv, terminal) {
      const first = (argv[0] ?? "").replaceAll("_", "-");
      if (first === "--help" || first === "-h") {
        const commands = Object.entries(methods).map(([method, { summary }]) => [method, summary] as const);
        const usage = `${PROGRAM} ${name} [METHOD] [OPTION…] MODEL`;
        const examples = [
          `${PROGRAM} ${name} key --help`,
          ...(withPolicy === undefined ? [] : [`${PROGRAM} ${name} MODEL --policy FILE --help`]),
        ];
        terminal.out.raw(renderHelp({ usage, description, commands, options: COMMON_OPTIONS, examples }));
        return EXIT.done;
      }
      if (withPolicy !== undefined && !isMethod(first, methods) && namesPolicy(argv)) {
        return (await withPolicy()).execute(argv, terminal);
      }
      if (first === "") throw usageError(`MODEL is missing. The methods: ${Object.keys(methods).join(", ")}.`);
      if (PKCS11_METHODS.includes(first) && !isMethod(first, methods)) {
        const method = first.replace("pkcs11-", "");
        throw usageError(
          `A signature by a key in a token verifies like any other: use "${PROGRAM} ${name} ${method}".`,
        );
      }
      const named = isMethod(first, methods) ? methods[first] : undefined;
      if (named !== undefined) return (await named.load()).execute(argv.slice(1), terminal);
      try {
        return await (await methods.sigstore.load()).execute(argv, terminal);
      } catch (error) {
        if (!(error instanceof ProvenanceError) || error.code !== "USAGE") throw error;
        throw usageError(`${error.message} (The default method is sigstore; for a key, use "${PROGRAM} ${name} key".)`);
      }
    },
  };
}

function namesPolicy(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const options = end === -1 ? argv : argv.slice(0, end);
  return options.some((argument) => argument === "--policy" || argument.startsWith("--policy="));
}

function isMethod(name: string, methods: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(methods, name);
}
