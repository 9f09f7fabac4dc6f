const FIRST_MS = 250;
const MOST_MS = 30_000;

/** Waits 250 ms after the first failure, twice as long after each further one, 30 s at most. */
export async function backoff(failures: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 10)));
  const aborted = () => resolve();
  signal.addEventListener("abort", aborted, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", aborted);
}
