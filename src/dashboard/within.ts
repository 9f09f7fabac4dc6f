/** Waiting, but not for ever. */

/** Waits until something is done, and no longer than so many milliseconds. */
export async function within(done: Promise<unknown>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([done, promise]);
  clearTimeout(timer);
}
