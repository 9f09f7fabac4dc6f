/** For whom a stream is open. */

/** What a stream counts for, and whether it may go on. */
export interface Holder {
  /** Where the client is; null where that is not limited. */
  readonly address: string | null;
  /** The id of the key that opened it; null where none was asked for. */
  readonly key: string | null;
  /** False as soon as the stream may not go on: asked each second. Null: nothing ends it. */
  readonly holds: (() => boolean) | null;
}

/** Of whom nothing is known, and nothing limited. */
export const ANYONE: Holder = { address: null, key: null, holds: null };
