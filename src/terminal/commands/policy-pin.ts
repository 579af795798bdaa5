import { basename, join, resolve } from "node:path";
import { isInside } from "../../core/model/path-below.ts";
import { planPin, writePin } from "../../core/operations/policy/pin-model.ts";
import { folderOf } from "../../core/policy/policy-files.ts";
import { bytesText, countText } from "../../core/presentation/bytes-and-time.ts";
import { ENGLISH } from "../../core/presentation/localizer.ts";
import { originSentences } from "../../core/presentation/origin-text.ts";
import { type OptionSpecs, usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { pathBelow } from "../policy-options.ts";
import { withReading } from "../progress-line.ts";
import { confirm } from "../question.ts";

export default defineCommand({
  name: "policy pin",
  description: [
    "Pins the bytes of an unsigned model in a policy file: from then on, exactly these files are accepted, as pinned and never as verified. Shows what is written, and asks.",
    "The digest of each file is written to a lock file next to the policy, so that a later change can be named. All bytes are read. Symbolic links are not followed, except for those of a Hugging Face cache.",
  ],
  options: {
    "policy FILE":
      "The policy file. A policy in it that covers the model is extended, else one is added. Default: model-policy.yaml in the current directory.",
    "note TEXT": "Why it is accepted, and by whom.",
    yes: "Write without asking.",
  } satisfies OptionSpecs,
  examples: ['model-provenance policy pin models/llama-3-8b --note "reviewed by alice"'],
  async run(model, args, terminal) {
    const { cwd, out, err, input, log } = terminal;
    const yes = args.flag("yes") === true;
    if (!yes && input.isTTY !== true) {
      throw usageError("The change has to be confirmed, and there is no terminal to ask on. Confirm it with --yes.");
    }
    const policyFile = resolve(cwd, args.text("policy") ?? join(cwd, "model-policy.yaml"));
    const folder = folderOf(policyFile);
    if (!isInside(folder, resolve(model))) {
      throw usageError(`${model} is not in the folder of ${policyFile}, so that policy cannot cover it.`);
    }
    const note = args.text("note");
    const plan = await withReading(terminal, (reading) =>
      planPin({ model, policyFile, path: pathBelow(folder, model), note, ...reading }),
    );
    err.print([
      { text: basename(resolve(model)), style: "bold" },
      `  ${countText(plan.files, "file")}, ${bytesText(plan.bytes)}`,
    ]);
    for (const { text, caution } of originSentences(plan.origin, ENGLISH.t)) {
      err.print([{ text: `  ${text}`, style: caution ? "amber" : "dim" }]);
    }
    err.print([plan.added === "" ? `${policyFile} pins these bytes already.` : `Added to ${policyFile}:`]);
    err.print(
      ...plan.added
        .trimEnd()
        .split("\n")
        .map((line) => [`  ${line}`]),
    );
    if (!yes && !(await confirm("Write it?", terminal))) return EXIT.failed;
    await writePin(plan);
    log.info(`Written: ${plan.policy.path} and ${plan.lock.path}`);
    out.print([plan.sha256]);
    return EXIT.done;
  },
});
