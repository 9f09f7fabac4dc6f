/**
 * Runs before anything is drawn: a page that was drawn in the system's theme first would flash for
 * readers who chose the other one. It imports nothing, so that it may run before modules do.
 */
try {
  const kept: unknown = JSON.parse(localStorage.getItem("pnl-stream:preferences") ?? "null");
  const theme: unknown = Reflect.get(Object(Reflect.get(Object(kept), "state")), "theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage there is no choice to be kept.
}
