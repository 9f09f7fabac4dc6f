/** Requests of the dashboard, and what became of them. */
import { useEffect, useState } from "react";
import { BASE } from "./session.ts";

/** Told `unauthorized` when the server does not know, or not any more, who is asking. */
export const access = new EventTarget();

/** A request failed: `code` ends the problem's type (such as `bad-parameter`), or `offline`, `malformed`. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly status: number | null,
    message: string,
    readonly errorId: string | null = null,
    /** Where to ask instead; null where the server named nobody. */
    readonly writer: string | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const problem = typeof body === "object" && body !== null ? body : {};
  const text = (name: string) => {
    const value = Reflect.get(problem, name);
    return typeof value === "string" ? value : null;
  };
  const code = text("type")?.split(":").at(-1) ?? `http-${response.status}`;
  const message = text("detail") ?? text("title") ?? `The server answered ${response.status}.`;
  return new ApiError(code, response.status, message, text("errorId"), text("writer"));
}

/** The server's address of a path such as `api/pnl/current`; no slash before it. */
export function urlOf(path: string): URL {
  return new URL(path, BASE);
}

/** Says why the server is known to refuse a path; null where that is not known. */
export type Foresight = (path: string) => Promise<ApiError | null>;

let foresee: Foresight = () => Promise.resolve(null);

/** From now on what is known to be refused is not asked for. */
export function heed(foresight: Foresight): void {
  foresee = foresight;
}

/**
 * Asks the server, unless it is known to refuse.
 *
 * @param path as {@link urlOf} takes it
 * @throws {ApiError}
 * @throws the signal's reason
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const known = await foresee(path);
  init.signal?.throwIfAborted();
  if (known !== null) throw known;
  let response: Response;
  try {
    response = await fetch(urlOf(path), { credentials: "same-origin", ...init });
  } catch {
    init.signal?.throwIfAborted();
    throw new ApiError("offline", null, "The server cannot be reached.", null);
  }
  if (response.ok) return response;
  if (response.status === 401) access.dispatchEvent(new Event("unauthorized"));
  throw await problemOf(response);
}

/** Asks for JSON. @throws {ApiError} */
export async function requestJson<Body>(path: string, signal?: AbortSignal): Promise<Body> {
  const response = await request(path, signal === undefined ? {} : { signal });
  try {
    return await response.json();
  } catch {
    signal?.throwIfAborted();
    throw new ApiError("malformed", response.status, "The server's answer is no JSON.");
  }
}

/** What became of a request: the last good answer stays while the next is under way, or has failed. */
export interface Answer<Body> {
  readonly data: Body | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
  /** Asks again. */
  readonly retry: () => void;
}

/**
 * Asks for JSON, and again when the path or `version` changes.
 *
 * @param path null: asks for nothing
 * @param version another value asks again and keeps the old answer meanwhile; another path does not keep it
 * @param ask for answers that are more than JSON; the same function each time
 */
export function useJson<Body>(
  path: string | null,
  version: unknown = 0,
  ask: (path: string, signal: AbortSignal) => Promise<Body> = requestJson,
): Answer<Body> {
  const [attempt, setAttempt] = useState(0);
  const [kept, setKept] = useState<
    { path: string | null; data: Body | null; error: ApiError | null; done: unknown }
  >(
    { path, data: null, error: null, done: null },
  );
  const key = `${attempt}:${String(version)}`;
  useEffect(() => {
    if (path === null) return;
    const ending = new AbortController();
    ask(path, ending.signal).then(
      (data) => setKept({ path, data, error: null, done: key }),
      (error) => {
        if (ending.signal.aborted) return;
        const known = error instanceof ApiError
          ? error
          : new ApiError("failed", null, String(error));
        setKept((before) => ({
          path,
          data: before.path === path ? before.data : null,
          error: known,
          done: key,
        }));
      },
    );
    return () => ending.abort();
  }, [path, key]);
  const isCurrent = kept.path === path;
  return {
    data: isCurrent ? kept.data : null,
    error: isCurrent ? kept.error : null,
    loading: path !== null && (!isCurrent || kept.done !== key),
    retry: () => setAttempt((count) => count + 1),
  };
}
