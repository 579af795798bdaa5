import * as v from "valibot";
import { type FromPage, ToPage } from "../messages.ts";

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const api = acquireVsCodeApi();

export function post(message: FromPage): void {
  api.postMessage(message);
}

/** Calls the listener with each valid message from the extension. */
export function onMessage(listener: (message: ToPage) => void): void {
  window.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    const parsed = v.safeParse(ToPage, data);
    if (parsed.success) listener(parsed.output);
  });
}

const ViewState = v.object({
  /** Pixels. */
  scroll: v.fallback(v.number(), 0),
  listScroll: v.fallback(v.number(), 0),
  filter: v.fallback(v.string(), "all"),
  search: v.fallback(v.string(), ""),
  /** Rows that match the search, as far as known. */
  total: v.fallback(v.number(), 0),
  active: v.fallback(v.number(), 0),
  chosen: v.fallback(v.boolean(), false),
  /** Keys of unfolded details. */
  open: v.fallback(v.array(v.string()), []),
});
export type ViewState = v.InferOutput<typeof ViewState>;

let state: ViewState = v.parse(ViewState, v.is(v.looseObject({}), api.getState()) ? api.getState() : {});

/** What the user has scrolled to, searched and unfolded. The editor keeps it while the page is hidden. */
export function viewState(): ViewState {
  return state;
}

export function saveViewState(change: Partial<ViewState>): void {
  state = { ...state, ...change };
  api.setState(state);
}
