import type { EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import type { Materializer } from "./materializer.ts";

/** Lines a page. */
export const PAGE = 2000;
/** A transaction takes so many events or finals, whichever comes first. */
const COMMIT_EVENTS = 20_000;
const COMMIT_FINALS = 2000;
/** The event loop waits at most about this long for a page to end. */
const TURN_MS = 20;

/** Options of {@link catchUp}. */
export interface CatchUpOptions {
  readonly clock: Clock;
  /** Stop at this position; default: where the log ends by then. */
  readonly to?: number;
  /** Give up after this long, in milliseconds. */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
  /** Called after each page. */
  readonly onPage?: () => void;
}

/**
 * Folds and stores the log from where the fold is, in pages, letting others have their turn.
 *
 * @returns false where the budget was used up before the end was reached
 * @throws the signal's reason; what is done until then is stored
 */
export async function catchUp(
  target: Materializer,
  log: EventLog,
  { clock, to, budgetMs = Infinity, signal, onPage }: CatchUpOptions,
): Promise<boolean> {
  const started = clock.monotonic();
  let turn = started;
  for (let done = false; !done;) {
    signal?.throwIfAborted();
    const after = target.run.position;
    const lines = to !== undefined && after >= to
      ? []
      : log.read({ after, limit: PAGE, ...(to === undefined ? {} : { to }) });
    target.fold(lines);
    done = lines.length === 0;
    const late = clock.monotonic() - started > budgetMs;
    const { events, finals } = target.pending;
    if (done || late || events >= COMMIT_EVENTS || finals >= COMMIT_FINALS) target.commit();
    onPage?.();
    if (late) return done;
    turn = await yieldTurn(clock, turn);
  }
  return true;
}

/**
 * Lets others have their turn where the last one is long enough ago: requests and signals too, which an
 * immediate callback would keep waiting until the whole fold has ended.
 *
 * @param turn when that was, on the monotonic clock
 * @param turnMs how long a turn may be, milliseconds; default 20
 * @returns when it was now
 */
export async function yieldTurn(clock: Clock, turn: number, turnMs = TURN_MS): Promise<number> {
  if (clock.monotonic() - turn <= turnMs) return turn;
  await new Promise((resolve) => setTimeout(resolve, 0));
  return clock.monotonic();
}
