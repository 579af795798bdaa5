import type { FileState } from "../../../engine/signature-view/file-states.ts";
import type { FileRow, Step, Tone } from "../messages.ts";

const SVG = "http://www.w3.org/2000/svg";

type Shape = Readonly<Record<string, string>>;

const CHECK: Shape = { d: "M4.6 8.3 7 10.7l4.6-5.2" };
const CROSS: Shape = { d: "M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" };
const RING: Shape = { d: "M8 1.6a6.4 6.4 0 1 1 0 12.8A6.4 6.4 0 0 1 8 1.6Z" };
const DASHED: Shape = { ...RING, "stroke-dasharray": "2.4 2.2" };
const ARC: Shape = { d: "M8 1.6A6.4 6.4 0 0 1 14.4 8" };
const TRIANGLE: Shape = { d: "M8 2 14.6 13.6H1.4L8 2Z" };
const MARK: Shape = { d: "M8 6.2v3.4M8 11.4v.4" };
const QUESTION: Shape = { d: "M6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.6-.8 1.2v.2M8 11.4v.4" };

const EQUAL: Shape = { d: "M5.2 6.4h5.6M5.2 9.6h5.6" };

const TONES: Readonly<Record<Tone, readonly Shape[]>> = {
  green: [RING, CHECK],
  blue: [RING, EQUAL],
  red: [RING, CROSS],
  amber: [TRIANGLE, MARK],
  neutral: [DASHED, QUESTION],
};

const MINUS: Shape = { d: "M5 8h6" };
const PLUS: Shape = { d: "M5 8h6M8 5v6" };

const FILES: Readonly<Record<FileState, readonly Shape[]>> = {
  same: [RING, CHECK],
  listed: [DASHED],
  changed: [RING, CROSS],
  missing: [RING, MINUS],
  added: [RING, PLUS],
  unsigned: [TRIANGLE, MARK],
  excluded: [MINUS],
};

/** A check mark stands only for what is verified: a match with a download record is none. */
export function filePicture({ state, tone }: Pick<FileRow, "state" | "tone">): SVGElement {
  return picture(state === "same" && tone !== "green" ? [RING, EQUAL] : FILES[state], "picture");
}

/** Hidden from screen readers: the text beside it says the same. */
export function stepPicture(tone: Step["tone"]): SVGElement {
  if (tone === "running") return picture([ARC], "picture running");
  return tone === "neutral" ? picture([DASHED], "picture") : tonePicture(tone);
}

export function tonePicture(tone: Tone): SVGElement {
  return picture(TONES[tone], "picture");
}

function picture(shapes: readonly Shape[], className: string): SVGElement {
  const svg = svgElement("svg", { viewBox: "0 0 16 16", class: className, "aria-hidden": "true" });
  svg.append(...shapes.map((shape) => svgElement("path", shape)));
  return svg;
}

export function svgElement(tag: "svg" | "path" | "rect" | "circle" | "line", attributes: Shape): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
