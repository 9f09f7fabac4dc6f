/** Reading one's own writes: waiting until an event is folded. */
import { CURRENT } from "../projection/read_model.ts";
import type { AppDeps } from "./deps.ts";
import { HttpProblem } from "./problem.ts";

/** How long a request waits, and how many may wait at once. */
const WAIT_MS = 5_000;
const MAX_WAITING = 1_000;

let waiting = 0;

/**
 * Waits until the read path answers with a snapshot that has folded an event.
 *
 * @throws {HttpProblem} `not_folded_in_time` after 5 s; `unavailable` where too many wait or the server
 * goes down
 */
export async function untilFolded(
  deps: Pick<AppDeps, "projection" | "readPath" | "hub">,
  position: number,
): Promise<void> {
  if (waiting >= MAX_WAITING) {
    throw unavailable("Too many requests wait for an event to be folded.");
  }
  const answers = async () => (await deps.readPath.read(CURRENT)).entry.offset >= 2 * position;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // It may be rejected while nobody waits for it yet, or any more.
  promise.catch(() => {});
  // Listening comes before looking, so that no frame falls between the two.
  const unsubscribe = deps.projection.subscribe((frame) => {
    if (frame.position >= position) resolve();
  });
  const end = () => reject(unavailable("The server is going down."));
  if (deps.hub.draining) end();
  deps.hub.closing.addEventListener("abort", end);
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
    deps.hub.closing.removeEventListener("abort", end);
  }
}

function unavailable(detail: string): HttpProblem {
  return new HttpProblem("unavailable", detail, {}, { "retry-after": "1" });
}

function late(position: number): HttpProblem {
  return new HttpProblem(
    "not_folded_in_time",
    `Event ${position} was not folded within ${WAIT_MS / 1000} seconds.`,
    { minPosition: position },
  );
}
