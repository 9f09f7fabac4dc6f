/** What the reader can do anywhere, by key or by button. */
import { preferences } from "./preferences.ts";
import { store } from "./session.ts";
import { say } from "./toast.ts";

/** Holds the figures as they are, or goes on. */
export function togglePause(): void {
  const { client } = store;
  if (client.state.status === "paused") {
    client.resume();
    say("Live again");
  } else if (client.state.status !== "idle") {
    client.pause();
  }
}

/** Begins a new connection, the best that there is. */
export function resync(): void {
  const { client } = store;
  if (client.state.status === "paused") client.resume();
  client.reconnect();
  say("Connecting anew");
}

/** Hides amounts, or shows them again. */
export function toggleAmounts(): void {
  const hideAmounts = !preferences.getState().hideAmounts;
  preferences.setState({ hideAmounts });
  say(hideAmounts ? "Amounts are hidden" : "Amounts are shown");
}

/** Shows times in UTC, or as the reader's clock has them. */
export function toggleZone(): void {
  const zone = preferences.getState().zone === "utc" ? "local" : "utc";
  preferences.setState({ zone });
  say(zone === "utc" ? "Times are in UTC" : "Times are as on your clock");
}

const THEMES = ["system", "light", "dark"] as const;

/** The next theme: system, light, dark, and round again. */
export function nextTheme(): void {
  const { theme } = preferences.getState();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  preferences.setState({ theme: next });
  say(next === "system" ? "Theme: as the system" : `Theme: ${next}`);
}
