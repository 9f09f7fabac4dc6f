/** Reading one's own writes: waiting until an event is folded. */
import type { Projection } from "../projection/projection.ts";
import { CURRENT } from "../projection/read_model.ts";
import type { ReadPath } from "../projection/read_path.ts";
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
  const answers = async () => (await deps.readPath.read(CURRENT)).entry.offset >= 2 * position;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Listening comes before looking, so that no frame falls between the two.
  const unsubscribe = deps.projection.subscribe((frame) => {
    if (frame.position >= position) resolve();
  });
  const timer = setTimeout(() => reject(late(position)), WAIT_MS);
  waiting += 1;
  try {
    if (await answers()) return;
    await promise;
    if (!await answers()) throw late(position);
  } finally {
    waiting -= 1;
    clearTimeout(timer);
    unsubscribe();
  }
}

function late(position: number): HttpProblem {
  return new HttpProblem(
    "not_folded_in_time",
    `Event ${position} was not folded within ${WAIT_MS / 1000} seconds.`,
    { minPosition: position },
  );
}
