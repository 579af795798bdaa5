import { describe as describeVerdict, wordsFor } from "../../core/words.ts";
import { explanations, type ScannedModel } from "../scanned-model.ts";
import { escapeControls } from "../text.ts";

/** A JUnit report: a test a model, failed where it is refused, skipped where it is let pass by an exception or unsigned. */
export function junitReport(models: readonly ScannedModel[]): string {
  const failures = models.filter(({ passed }) => !passed).length;
  const skipped = models.filter(isSkipped).length;
  const counts = `tests="${models.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  const cases = models.flatMap(testCase);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="model-provenance" ${counts}>`,
    `  <testsuite name="models" ${counts}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function isSkipped({ passed, verdict }: ScannedModel): boolean {
  const outcome = verdict.decision?.outcome;
  return passed && (outcome === "exception" || outcome === "unsigned");
}

function testCase(model: ScannedModel): string[] {
  const { name, verdict, passed } = model;
  const open = `    <testcase classname="models" name="${escaped(name)}" time="${(verdict.coverage?.seconds ?? 0).toFixed(3)}"`;
  const reasons = explanations(verdict).map(escaped).join("\n");
  const headline = escaped(
    [wordsFor(verdict).label, describeVerdict(verdict)].filter((part) => part !== "").join(": "),
  );
  if (!passed)
    return [
      `${open}>`,
      `      <failure message="${headline}" type="${verdict.state}">${reasons}</failure>`,
      "    </testcase>",
    ];
  if (isSkipped(model)) return [`${open}>`, `      <skipped message="${headline}"/>`, "    </testcase>"];
  if (reasons !== "") return [`${open}>`, `      <system-out>${reasons}</system-out>`, "    </testcase>"];
  return [`${open}/>`];
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Characters that XML 1.0 cannot hold are shown by their number. */
function escaped(text: string): string {
  return escapeControls(text)
    .replaceAll(/[\uFFFE\uFFFF]/g, "\uFFFD")
    .replaceAll(/[&<>"']/g, (found) => ENTITIES[found] ?? "");
}
