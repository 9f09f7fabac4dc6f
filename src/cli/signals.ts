/** The signals that end a server. */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** What a shell takes for "ended by Ctrl-C". */
const INTERRUPTED = 130;

/** Resolves at the first signal; the second one ends the process at once. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0;
    const onSignal = () => {
      if (++signals > 1) Deno.exit(INTERRUPTED);
      resolve();
    };
    for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  });
}
