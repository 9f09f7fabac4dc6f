/** Who the reader is to the server. The key is sent once and kept nowhere in the page. */
import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";
import { access, ApiError, request, requestJson } from "./api.ts";
import { store } from "./session.ts";
import { within } from "./within.ts";

/** `open`: the server asks nobody for a key. `needed`: it wants one. `signed_in`: it has had one. */
export interface Access {
  readonly state: "unknown" | "open" | "needed" | "signed_in";
  /** Of the key that was signed in with; null where there is none. */
  readonly name: string | null;
  readonly expiresAt: string | null;
  readonly scopes: readonly string[];
}

const NOBODY: Access = { state: "unknown", name: null, expiresAt: null, scopes: [] };

const reader = createStore<Access>(() => NOBODY);

/** `GET /api/session`, as far as it is used. */
interface Session {
  readonly authRequired: boolean;
  readonly authenticated: boolean;
  readonly scopes?: readonly string[];
  readonly key: { readonly name: string; readonly expiresAt: string | null } | null;
}

function accessOf({ authRequired, authenticated, scopes = [], key }: Session): Access {
  const { name = null, expiresAt = null } = key ?? {};
  if (authenticated && key !== null) return { state: "signed_in", name, expiresAt, scopes };
  return { ...NOBODY, state: authRequired && !authenticated ? "needed" : "open" };
}

/** Others wait so long for the answer. */
const PATIENCE_MS = 2_000;

let answered: Promise<void> = Promise.resolve();
let asking = 0;

/** Who the reader is, once what the server is asked now is answered or has failed; or who it was. */
export async function askedAccess(): Promise<Access> {
  await within(answered, PATIENCE_MS);
  return reader.getState();
}

/**
 * Asks the server. One that knows of no sessions is open; one that is silent leaves it as it was. An answer
 * that is overtaken, such as by signing in, says nothing any more.
 */
async function ask(): Promise<void> {
  const own = ++asking;
  let found: Access;
  try {
    found = accessOf(await requestJson<Session>("api/session"));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) return;
    found = { ...NOBODY, state: "open" };
  }
  if (own === asking) reader.setState(found, true);
}

/** Takes the figures of the last visit out of the browser. */
function forgetFigures(): void {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("pnl-stream:snapshot")) localStorage.removeItem(name);
  }
}

/** Leaves no figures to whoever sits there now. Where they are on the screen the page begins anew. */
function turnAway(wasIn: boolean): void {
  store.client.stop();
  forgetFigures();
  if (wasIn) location.reload();
}

/** Asks now, and whenever the server refuses something. A page that needs a key does not connect without. */
export function watchAccess(): void {
  answered = ask();
  access.addEventListener("unauthorized", () => void (answered = ask()));
  store.subscribe(({ status }, before) => {
    if (status === "refused" && before.status !== "refused") answered = ask();
  });
  // Whoever signs in does so for all tabs.
  document.addEventListener("visibilitychange", () => {
    const isLeftOut = reader.getState().state === "needed";
    if (isLeftOut && document.visibilityState === "visible") answered = ask();
  });
  reader.subscribe(({ state }, before) => {
    if (state === before.state) return;
    if (state === "needed") turnAway(before.state === "signed_in");
    else if (before.state === "needed") store.client.start();
  });
}

/**
 * Signs in. The server answers with a cookie that no script can read.
 *
 * @throws {ApiError} `unauthorized` where the key is none of the server's, or no more
 */
export async function signIn(key: string): Promise<void> {
  await request("api/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key }),
  });
  await ask();
}

/** Signs out, and leaves no figures behind in the browser. @throws {ApiError} */
export async function signOut(): Promise<void> {
  await request("api/session", { method: "DELETE" });
  store.close();
  turnAway(true);
}

/** Who the reader is; the component is rendered again when that changes. */
export function useAccess(): Access {
  return useStore(reader);
}
