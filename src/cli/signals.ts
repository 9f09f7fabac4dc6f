/** The signals that end a server. */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** What a shell takes for "ended by Ctrl-C". */
const INTERRUPTED = 130;
/**
 * Ctrl-C reaches the whole group of processes, and a launcher such as `deno task` passes it on besides:
 * signals as close together as this are one.
 */
const ONE_WISH_MS = 400;

/** Resolves at the first signal; a second one, sent on purpose, ends the process at once. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | null = null;
    const onSignal = () => {
      const now = performance.now();
      first ??= now;
      if (now - first > ONE_WISH_MS) Deno.exit(INTERRUPTED);
      resolve();
    };
    for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  });
}
