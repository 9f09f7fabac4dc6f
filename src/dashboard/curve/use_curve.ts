/** The curve of a range: loaded, kept while the next is loaded, and followed where it ends now. */
import { useEffect, useReducer, useState } from "react";
import { DEFAULT_INTERVAL_MS, intervalOf } from "../../client/delivered.ts";
import { ApiError } from "../api.ts";
import { store } from "../session.ts";
import { type Arrived, useArrived } from "./arrivals.ts";
import { type Grid, gridFor } from "./grid.ts";
import { firstKnown, loadPoints } from "./history.ts";
import type { Point } from "./point.ts";
import { calendarStart, type CurveRange, rangeKey, type Span, spanOf } from "./range.ts";
import { extended, isBeyond } from "./shown.ts";
import { withMargins } from "./zoom.ts";

/** A curve. */
export interface Curve {
  /** What was asked for; while another range is loaded, that of before. */
  readonly range: CurveRange;
  /** What is to be seen; points may lie beside it. */
  readonly span: Span;
  readonly grid: Grid;
  /** Oldest first. */
  readonly points: readonly Point[];
  /** From when history exists, in milliseconds since the epoch; null where there is none. */
  readonly first: number | null;
  /** The server's time. */
  readonly now: number;
}

/** What became of it. */
export interface CurveState {
  /** The last that was loaded; null before the first. */
  readonly curve: Curve | null;
  /** Why the range that is asked for could not be loaded. */
  readonly error: ApiError | null;
  readonly loading: boolean;
  readonly retry: () => void;
}

interface Loaded extends Omit<Curve, "span" | "now"> {
  readonly key: string;
  /** Beginning of the day, month and so on that was the current one when it was loaded. */
  readonly start: number | null;
}

async function load(
  range: CurveRange,
  key: string,
  now: number,
  signal: AbortSignal,
): Promise<Loaded> {
  const first = await firstKnown(signal);
  const span = spanOf(range, now, first);
  const all = { from: first ?? span.from, to: now };
  const asked = "custom" in range ? withMargins(span, all) : span;
  const { snapshot } = store.getState();
  const windowMs = snapshot === null ? DEFAULT_INTERVAL_MS : intervalOf(snapshot);
  const grid = gridFor(asked, windowMs, first);
  const points = first === null ? [] : await loadPoints(asked, grid, signal);
  return { key, range, start: calendarStart(range, now), grid, points, first };
}

/** True where a curve that is followed has to be loaded again. */
function isOutgrown(loaded: Loaded, { current, finals, now }: Arrived): boolean {
  if (!("preset" in loaded.range)) return false;
  if (loaded.first === null) return finals.length > 0;
  if (current !== null && isBeyond(current, loaded.grid)) return true;
  return calendarStart(loaded.range, now) !== loaded.start;
}

/** The curve with what came since: finals for good, and the value of now. */
function shown(loaded: Loaded, arrived: Arrived | null, now: number): Curve {
  const { range, grid, first } = loaded;
  const isLive = "preset" in range && arrived !== null && first !== null;
  const points = isLive && arrived.current !== null
    ? extended(loaded.points, [arrived.current], grid)
    : loaded.points;
  return { range, grid, first, points, now, span: spanOf(range, now, first) };
}

/** A line that is well has brought something by then. */
const PATIENCE_MS = 1_500;

/** The browser's time where no line comes about; null before that. */
function useOwnTime(isNeeded: boolean): number | null {
  const [time, setTime] = useState<number | null>(null);
  useEffect(() => {
    if (!isNeeded) return;
    const timer = setTimeout(() => setTime(Date.now()), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isNeeded]);
  return time;
}

/** The curve of a range; it follows the line where the range ends now. */
export function useCurve(range: CurveRange): CurveState {
  const [version, reload] = useReducer((count: number) => count + 1, 0);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [fault, setFault] = useState<{ key: string; error: ApiError } | null>(null);
  const arrived = useArrived();
  const ownTime = useOwnTime(arrived === null);
  const now = arrived?.now ?? ownTime;
  const key = `${rangeKey(range)} ${version} ${arrived?.story ?? ""}`;
  useEffect(() => {
    if (now === null) return;
    const ending = new AbortController();
    load(range, key, now, ending.signal).then(setLoaded, (error) => {
      if (ending.signal.aborted) return;
      const known = error instanceof ApiError ? error : new ApiError("failed", null, String(error));
      setFault({ key, error: known });
    });
    return () => ending.abort();
  }, [key, now === null]);
  useEffect(() => {
    if (arrived === null || loaded === null || loaded.key !== key) return;
    if (isOutgrown(loaded, arrived)) return reload();
    if (!("preset" in loaded.range)) return;
    const points = extended(loaded.points, arrived.finals, loaded.grid);
    if (points !== loaded.points) setLoaded({ ...loaded, points });
  }, [arrived, loaded, key]);
  return {
    curve: loaded === null || now === null ? null : shown(loaded, arrived, now),
    error: fault?.key === key ? fault.error : null,
    loading: loaded?.key !== key && fault?.key !== key,
    retry: reload,
  };
}
