/** One event as it is stored, with what the server and this browser say of its hash. */
import { useEffect, useRef } from "react";
import type { RecordedEvent } from "../../pnl/event.ts";
import { type Answer, ApiError, request, useJson } from "../api.ts";
import { leafHashOf, readLeafHash } from "./leaf_hash.ts";

/** An event of the log. */
export interface EventRecord {
  /** The canonical JSON. */
  readonly line: string;
  readonly event: RecordedEvent;
  /** The leaf's hash as the server says it; null where it does not. */
  readonly told: string | null;
  /** The same, computed here; null where the browser cannot. */
  readonly computed: string | null;
}

async function requestRecord(path: string, signal: AbortSignal): Promise<EventRecord> {
  const response = await request(path, { signal });
  const line = await response.text();
  let event: RecordedEvent;
  try {
    event = JSON.parse(line);
  } catch {
    throw new ApiError("malformed", response.status, "The server's answer is no event.");
  }
  const told = readLeafHash(response.headers.get("leaf-hash"));
  return { line, event, told, computed: await leafHashOf(line) };
}

/** Reads the event at a position; the one before stays until it has come. Null asks for nothing. */
export function useRecord(position: number | null): Answer<EventRecord> {
  const path = position === null ? null : `api/events/${position}`;
  const answer = useJson<EventRecord>(path, 0, requestRecord);
  const before = useRef<EventRecord | null>(null);
  useEffect(() => {
    if (answer.data !== null) before.current = answer.data;
  }, [answer.data]);
  return answer.loading && answer.data === null ? { ...answer, data: before.current } : answer;
}
