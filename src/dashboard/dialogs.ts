/** Which dialog is open: one at most. */
import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";

/** The dialogs of the frame. */
export type DialogName = "help" | "settings" | "connection";

const dialogs = createStore<{ readonly open: DialogName | null }>(() => ({ open: null }));

/** Opens a dialog, in the place of another one. */
export function openDialog(name: DialogName): void {
  dialogs.setState({ open: name });
}

/** Closes whichever is open. */
export function closeDialog(): void {
  dialogs.setState({ open: null });
}

/** The dialog that is open; the component is rendered again when it is another. */
export function useDialog(): DialogName | null {
  return useStore(dialogs, ({ open }) => open);
}
