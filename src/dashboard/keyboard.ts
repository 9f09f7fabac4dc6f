/** Shortcuts: what is bound now, and the listener that runs it. */
import { useEffect } from "react";
import { createStore } from "zustand/vanilla";
import { preferences } from "./preferences.ts";

/** A shortcut: a key, or two in turn such as `g c`. */
export interface Shortcut {
  /** As `KeyboardEvent.key` has it; two keys with a space between. */
  readonly keys: string;
  /** What it does, in words that follow the key in the list. */
  readonly label: string;
  readonly run: () => void;
}

/** What is bound now, in the order in which it was. */
export const shortcuts = createStore<{ readonly bound: readonly Shortcut[] }>(() => ({
  bound: [],
}));

/** What keys are called where their own names would not do. */
export const KEY_NAMES: Readonly<Record<string, string>> = {
  " ": "Space",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
};

const SEQUENCE_MS = 1_000;

/** Binds shortcuts while the component is shown. Later ones win over earlier ones with the same keys. */
export function useShortcuts(own: readonly Shortcut[], ...dependencies: readonly unknown[]): void {
  useEffect(() => {
    shortcuts.setState(({ bound }) => ({ bound: [...bound, ...own] }));
    return () => {
      shortcuts.setState(({ bound }) => ({ bound: bound.filter((each) => !own.includes(each)) }));
    };
  }, dependencies);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** True where the key already means something: to a button or link that has the focus, or in a dialog. */
function isTaken({ key, target }: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open]") !== null) return true;
  const presses = key === " " || key === "Enter";
  return presses && target instanceof Element &&
    target.closest("button, a[href], summary, [role=button], [role=treeitem]") !== null;
}

/** Listens until the function that it returns is called. */
export function listenForShortcuts(): () => void {
  let before: { readonly key: string; readonly at: number } | null = null;
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || isTaken(event) || !preferences.getState().shortcuts) return;
    const sequence = before !== null && event.timeStamp - before.at < SEQUENCE_MS
      ? `${before.key} ${event.key}`
      : null;
    const { bound } = shortcuts.getState();
    const found = bound.findLast(({ keys }) => keys === sequence) ??
      bound.findLast(({ keys }) => keys === event.key);
    before = { key: event.key, at: event.timeStamp };
    if (found === undefined) return;
    event.preventDefault();
    before = null;
    found.run();
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}
