/** Answers that may fail. */

/** What is asked, or null where it cannot be answered: what is told beside it is told all the same. */
export function known<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch {
    return null;
  }
}
