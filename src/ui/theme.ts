import { ThemeColor, ThemeIcon } from "vscode";
import type { VerdictLabel } from "../core/presentation/verdict-labels.ts";
import { COLOURS } from "../platform/ids.ts";

export function themeColour(colour: VerdictLabel["colour"] | undefined): ThemeColor | undefined {
  return colour === undefined || colour === "neutral" ? undefined : new ThemeColor(COLOURS[colour]);
}

export function themeIcon(icon: string, colour?: VerdictLabel["colour"]): ThemeIcon {
  return new ThemeIcon(icon, themeColour(colour));
}
