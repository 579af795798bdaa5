import { defineCommand, EXIT } from "../command.ts";
import { withReading } from "../progress-line.ts";

export default defineCommand({
  name: "bom",
  description: [
    "Prints a bill of materials of a model: CycloneDX 1.6 in JSON, with the SHA-256 of every file, the package URL and revision of its download record, its signature, and the base models that its files declare.",
    "MODEL is a folder or a single file. Uses no network, and verifies no signature: the signer is named as a claim. What is not known is omitted.",
  ],
  options: {},
  examples: ["model-provenance bom llama-3-8b > llama-3-8b.cdx.json"],
  async run(model, _args, terminal) {
    const { billOfMaterials } = await import("../../core/operations/bill-of-materials.ts");
    const text = await withReading(terminal, (reading) => billOfMaterials({ model, ...reading }));
    terminal.out.json(JSON.parse(text));
    return EXIT.done;
  },
});
