import * as v from "valibot";
import { type FromPage, ToPage } from "../messages.ts";

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const api = acquireVsCodeApi();

export function say(message: FromPage): void {
  api.postMessage(message);
}

/** Tells what the extension says, as far as it is what it can say. */
export function listen(hear: (message: ToPage) => void): void {
  window.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    const parsed = v.safeParse(ToPage, data);
    if (parsed.success) hear(parsed.output);
  });
}

const Place = v.object({
  /** Pixels. */
  scroll: v.fallback(v.number(), 0),
  listScroll: v.fallback(v.number(), 0),
  filter: v.fallback(v.string(), "all"),
  search: v.fallback(v.string(), ""),
  /** Rows that the search left, as far as known. */
  total: v.fallback(v.number(), 0),
  active: v.fallback(v.number(), 0),
  chosen: v.fallback(v.boolean(), false),
  /** Keys of what is unfolded. */
  open: v.fallback(v.array(v.string()), []),
  /** Lines of the text that are shown. */
  lines: v.fallback(v.number(), 0),
});
export type Place = v.InferOutput<typeof Place>;

let place: Place = v.parse(Place, v.is(v.looseObject({}), api.getState()) ? api.getState() : {});

/** Where the person is in the page. The editor keeps it while the page is hidden. */
export function currentPlace(): Place {
  return place;
}

export function keepPlace(change: Partial<Place>): void {
  place = { ...place, ...change };
  api.setState(place);
}
