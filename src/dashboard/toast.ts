/** Short words about what the reader has just done: seen for a moment, and read aloud. */
import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";

const SHOWN_MS = 3_000;

const toast = createStore<{ readonly text: string }>(() => ({ text: "" }));
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says it, in the place of what was said before. */
export function say(text: string): void {
  clearTimeout(timer);
  toast.setState({ text });
  timer = setTimeout(() => toast.setState({ text: "" }), SHOWN_MS);
}

/** What is being said; empty most of the time. */
export function useToast(): string {
  return useStore(toast, ({ text }) => text);
}
