/** Which colours the page has: a canvas has to be drawn again when they change. */
import { useSyncExternalStore } from "react";

const QUERIES = [
  "(prefers-color-scheme: dark)",
  "(prefers-contrast: more)",
  "(forced-colors: active)",
  "print",
] as const;

function subscribe(listener: () => void): () => void {
  const queries = QUERIES.map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener("change", listener);
  const themes = new MutationObserver(listener);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    for (const query of queries) query.removeEventListener("change", listener);
    themes.disconnect();
  };
}

function scheme(): string {
  const asked = QUERIES.map((query) => matchMedia(query).matches);
  return [document.documentElement.dataset.theme, ...asked].join();
}

/** A text that changes with the page's colours. */
export function useScheme(): string {
  return useSyncExternalStore(subscribe, scheme);
}
