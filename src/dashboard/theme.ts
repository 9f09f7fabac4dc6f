/** The theme of the page: the reader's, where that is not the system's. */
import { preferences } from "./preferences.ts";

function apply(): void {
  const { theme } = preferences.getState();
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
}

/** Applies the theme now, and whenever it is changed. */
export function followTheme(): void {
  apply();
  preferences.subscribe(apply);
}
