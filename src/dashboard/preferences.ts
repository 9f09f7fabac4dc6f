/** What the reader has set: kept in the browser, the same in all its tabs. */
import { useStore } from "zustand/react";
import { createJSONStorage, persist } from "zustand/middleware";
import { createStore } from "zustand/vanilla";

/** The reader's settings. */
export interface Preferences {
  /** `system`: as the operating system has it. */
  readonly theme: "system" | "light" | "dark";
  /** Times are shown in UTC, or as the reader's clock has them. The UTC day stays the accounting day. */
  readonly zone: "utc" | "local";
  /** Amounts are hidden from who looks over the reader's shoulder. */
  readonly hideAmounts: boolean;
  /** Shortcuts of a single key (WCAG 2.1.4). */
  readonly shortcuts: boolean;
}

const DEFAULTS: Preferences = {
  theme: "system",
  zone: "utc",
  hideAmounts: false,
  shortcuts: true,
};

/** The settings; change them with `preferences.setState`. */
export const preferences = createStore<Preferences>()(
  persist(() => DEFAULTS, {
    name: "pnl-stream:preferences",
    storage: createJSONStorage(() => localStorage),
  }),
);

/** Takes over what another tab has set. */
export function followOtherTabs(): void {
  addEventListener("storage", ({ key }) => {
    if (key === preferences.persist.getOptions().name) void preferences.persist.rehydrate();
  });
}

/** A part of the settings; the component is rendered again when it changes. */
export function usePreference<Part>(selector: (preferences: Preferences) => Part): Part {
  return useStore(preferences, selector);
}
