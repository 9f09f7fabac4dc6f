/** A hub over snapshots that a test makes up. */
import assert from "node:assert/strict";
import type { Frame } from "../projection/frame.ts";
import { systemClock } from "../log/system_clock.ts";
import type { Feeds } from "./feeds.ts";
import { Hub } from "./hub.ts";
import { SourceWatch } from "./source_watch.ts";

/** Of every snapshot. */
export const EPOCH = "0123456789abcdef";

/** What a projection says beside its snapshots while it runs. */
export const AT_REST = {
  epoch: EPOCH,
  windowMs: 5_000,
  position: 0,
  completeAfter: 0,
  finalsTier: "memory",
  trails: false,
  state: { status: "running" },
} as const;

/** A snapshot at an offset; those at odd ones are final. */
export function frameAt(offset: number): Frame {
  const position = Math.floor(offset / 2);
  return { epoch: EPOCH, offset, position, final: offset % 2 === 1, json: "{}" };
}

/** What may be followed beside the snapshots: nothing. */
export function noFeeds(): Feeds {
  const sources = new SourceWatch(() => [], systemClock);
  return { events: null, mayReadEvents: true, sources, writerAddress: () => null };
}

/** A hub over a projection as an edge has it: between a final and the next snapshot it is the current one. */
export class Scene {
  readonly frames: Frame[] = [];
  readonly #tell: ((frame: Frame) => void)[] = [];
  readonly hub = new Hub({
    projection: {
      ...AT_REST,
      current: () => this.frames.at(-1) ?? null,
      streamed: () => this.frames.at(-1) ?? null,
      finalsAfter: (offset, limit) =>
        this.frames.filter((each) => each.final && each.offset > offset).slice(0, limit),
      subscribe: (listener) => {
        this.#tell.push(listener);
        return () => {};
      },
    },
    serve: () => '{"of":"the test"}',
    empty: () => assert.fail("There are snapshots"),
    intervalMs: 60_000,
  });

  constructor() {
    this.hub.start();
    this.tell(false);
  }

  /** The next snapshot, as final as it is said to be. */
  tell(final: boolean): void {
    const before = this.frames.at(-1)?.offset ?? 1;
    const position = Math.floor(before / 2) + (final && before % 2 === 0 ? 0 : 1);
    const offset = 2 * position + (final ? 1 : 0);
    const frame = frameAt(offset);
    this.frames.push(frame);
    this.#tell[0]?.(frame);
  }
}
