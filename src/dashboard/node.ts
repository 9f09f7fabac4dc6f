/** What kind of server this is, and whose figures it shows. */
import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";
import type { PnlStoreState } from "../client/store.ts";
import { urlOf } from "./api.ts";
import { hasLog } from "./has_log.ts";
import { BASE, store } from "./session.ts";
import { within } from "./within.ts";

/** A server, as its `/health` tells it; null is what is not known yet. */
export interface ServerNode {
  /** `sandbox`: made-up figures. An edge knows it only once it has heard of the writer. */
  readonly mode: "live" | "sandbox" | null;
  /** `edge`: a node without a log, which shows what the writer publishes. */
  readonly role: "all" | "edge" | null;
  /** Where the writer listens; null where this is the writer, or an edge does not know. */
  readonly writer: string | null;
  readonly version: string | null;
}

const UNKNOWN: ServerNode = { mode: null, role: null, writer: null, version: null };
const ASK_AGAIN_MS = 5_000;
/** Others wait so long for the answer. */
const PATIENCE_MS = 2_000;

const node = createStore<ServerNode>(() => UNKNOWN);

let timer: ReturnType<typeof setTimeout> | undefined;
let asking = 0;
let answered: Promise<void> = Promise.resolve();

function oneOf<Word extends string>(value: unknown, words: readonly Word[]): Word | null {
  return words.find((word) => word === value) ?? null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Asks once. A server that is unavailable answers too, and is known all the same. */
async function ask(): Promise<void> {
  const own = ++asking;
  clearTimeout(timer);
  let found = node.getState();
  let isAnswered = false;
  try {
    const response = await fetch(urlOf("health"), { credentials: "same-origin" });
    const body: unknown = await response.json();
    const said = (name: string): unknown => Reflect.get(Object(body), name);
    const role = oneOf(said("role"), ["all", "edge"]);
    // Somebody else's word, such as a proxy's that finds nobody, or that of a server that wants a key first.
    if (role === null) throw new Error("The answer does not say what the server is");
    found = {
      mode: oneOf(said("mode"), ["live", "sandbox"]),
      role,
      writer: textOrNull(said("writer")),
      version: textOrNull(said("version")),
    };
    isAnswered = true;
  } catch {
    // What was known before stays until somebody answers.
  }
  if (own !== asking) return;
  node.setState(found, true);
  // Where the line is cut too it is asked when that is back.
  const isDue = found.mode === null || !isAnswered && isOpen(store.getState().status);
  if (isDue) timer = setTimeout(look, ASK_AGAIN_MS);
}

function isOpen(status: PnlStoreState["status"]): boolean {
  return status === "live" || status === "polling";
}

function look(): void {
  answered = ask();
}

/** The server as it says itself, once what it is asked now is answered or has failed; or as it was known. */
export async function askedNode(): Promise<ServerNode> {
  await within(answered, PATIENCE_MS);
  return node.getState();
}

/** Asks now, and again whenever the line is back: another node may answer, or the same for another writer. */
export function watchNode(): void {
  look();
  store.subscribe((now, before) => {
    if (isOpen(now.status) && !isOpen(before.status)) look();
  });
}

/** The server that the page is of; the component is rendered again when it is another. */
export function useNode(): ServerNode {
  return useStore(node);
}

/** Whether questions about the log are answered here, as {@link hasLog} says. */
export function nodeHasLog(node: ServerNode): boolean | null {
  return hasLog(node, BASE);
}

/**
 * The same view of the writer; null where it is not known, or is where the reader is already. Whoever named it
 * names no more than a page.
 */
export function linkToWriter(writer: string | null): string | null {
  if (writer === null || !/^https?:/.test(writer) || `${writer}/` === BASE.href) return null;
  return `${writer}/${location.hash}`;
}
