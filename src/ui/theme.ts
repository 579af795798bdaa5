import { ThemeColor, ThemeIcon } from "vscode";
import type { Words } from "../core/words.ts";
import { COLOURS } from "../platform/ids.ts";

export function themeColour(colour: Words["colour"] | undefined): ThemeColor | undefined {
  return colour === undefined || colour === "neutral" ? undefined : new ThemeColor(COLOURS[colour]);
}

export function themeIcon(icon: string, colour?: Words["colour"]): ThemeIcon {
  return new ThemeIcon(icon, themeColour(colour));
}
