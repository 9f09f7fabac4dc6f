/** What kind of node the page came from, and whose figures it shows. */
import { useEffect } from "react";
import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";
import { requestJson } from "./api.ts";
import { store } from "./session.ts";

/** What `/health` says of the node; null: not known yet. */
export interface Node {
  /** `sandbox`: the figures come from stand-in servers, not from anybody's accounts. */
  readonly mode: "live" | "sandbox" | null;
  /** An `edge` has no log: no history, no events, no explanations. */
  readonly role: "all" | "edge" | null;
  /** Where the writer is, as an edge knows it. */
  readonly writer: string | null;
}

/** An edge knows the mode only once it has heard of the writer: it is asked again until then. */
const ASK_AGAIN_MS = 5_000;

const node = createStore<Node>(() => ({ mode: null, role: null, writer: null }));
let timer: ReturnType<typeof setTimeout> | undefined;
let following = false;

async function ask(): Promise<void> {
  clearTimeout(timer);
  try {
    const { mode, role, writer } = await requestJson<Node>("health");
    node.setState({ mode, role, writer }, true);
  } catch {
    // What was known stays; the line's own state says that the server is away.
  }
  clearTimeout(timer);
  if (node.getState().mode === null) timer = setTimeout(ask, ASK_AGAIN_MS);
}

/** Asks now, and after each break: another node may answer then, or the same for another writer. */
function follow(): void {
  if (following) return;
  following = true;
  store.subscribe((state, before) => {
    if (state.transport !== null && before.transport === null) ask();
  });
  ask();
}

/** The node; it is asked from the first component on that wants to know. */
export function useNode(): Node {
  useEffect(follow, []);
  return useStore(node);
}
