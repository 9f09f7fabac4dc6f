/** Reading one's own writes: waiting until an event is folded. */
import type { Projection } from "../projection/projection.ts";
import type { ReadPath } from "../projection/read_path.ts";
import { CURRENT } from "../projection/read_model.ts";
import { HttpProblem } from "./problem.ts";

/** How long a request waits, and how many may wait at once. */
const WAIT_MS = 5_000;
const MAX_WAITING = 1_000;

let waiting = 0;

/**
 * Waits until the read path answers with a snapshot that has folded an event.
 *
 * @throws {HttpProblem} `not_folded_in_time` after 5 s; `unavailable` where too many wait
 */
export async function untilFolded(
  deps: { readonly projection: Projection; readonly readPath: Pick<ReadPath, "read"> },
  position: number,
): Promise<void> {
  if (waiting >= MAX_WAITING) {
    throw new HttpProblem("unavailable", "Too many requests wait for an event to be folded.", {}, {
      "retry-after": "1",
    });
  }
  waiting += 1;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), WAIT_MS);
  try {
    await frameAt(deps.projection, position, controller.signal);
    const { entry } = await deps.readPath.read(CURRENT);
    if (entry.offset < 2 * position) throw late(position);
  } finally {
    waiting -= 1;
    clearTimeout(timer);
  }
}

/** Resolves with the first frame at or beyond a position. */
function frameAt(projection: Projection, position: number, signal: AbortSignal): Promise<void> {
  const reached = () => (projection.current()?.position ?? 0) >= position;
  if (reached()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const unsubscribe = projection.subscribe(() => {
      if (!reached()) return;
      unsubscribe();
      resolve();
    });
    signal.addEventListener("abort", () => {
      unsubscribe();
      reject(late(position));
    });
  });
}

function late(position: number): HttpProblem {
  return new HttpProblem(
    "not_folded_in_time",
    `Event ${position} was not folded within ${WAIT_MS / 1000} seconds.`,
    { minPosition: position },
  );
}
