/** An answer that is asked for again as the log moves. */
import { useEffect, useRef, useState } from "react";
import { type Answer, useJson } from "./api.ts";

const SPACING_MS = 1_000;

/**
 * Asks for JSON, and again where `moved` is another value: at most once a second, and never before the
 * last answer is there, so that a slow server is neither pressed nor left without an answer.
 */
export function useFollowed<Body>(path: string | null, moved: unknown): Answer<Body> {
  const [version, setVersion] = useState(moved);
  const latest = useRef(moved);
  latest.current = moved;
  const answer = useJson<Body>(path, version);
  const isBehind = moved !== version && !answer.loading;
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(() => setVersion(latest.current), SPACING_MS);
    return () => clearTimeout(timer);
  }, [isBehind]);
  return answer;
}
