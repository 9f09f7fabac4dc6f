/**
 * Where time comes from. Everything that needs the time takes a `Clock`, so that a test can step it
 * and so that the pure domain never reads it.
 */
export interface Clock {
  /** Wall-clock time, milliseconds since the Unix epoch. May jump either way. */
  now(): number;
  /** Milliseconds on a clock that only goes forward; its zero has no meaning. */
  monotonic(): number;
}
