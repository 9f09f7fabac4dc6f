import assert from "node:assert/strict";
import fc from "fast-check";
import { type Channel, SentFrames } from "./sent_frames.ts";

/** Of a peer that does not acknowledge so many are remembered. */
const MOST = 6;

interface Sent {
  readonly channel: Channel;
  readonly offset: number;
  readonly bytes: number;
  readonly at: number;
}

/** What {@link SentFrames} is, said as plainly as can be. */
class Model {
  frames: Sent[] = [];
  readonly past: Record<Channel, number[]> = { pnl: [], events: [] };

  retire(count: number): Sent[] {
    const gone = this.frames.splice(0, count);
    for (const { channel, offset } of gone) this.past[channel].push(offset);
    return gone;
  }

  add(sent: Sent, most: number): void {
    this.retire(Math.max(0, this.frames.length + 1 - most));
    this.frames.push(sent);
  }

  acknowledge(channel: Channel, offset: number) {
    const same = (sent: Sent) => sent.channel === channel && sent.offset === offset;
    const last = this.frames.findLast(same);
    if (last === undefined) {
      const past = this.past[channel];
      const old = past.length > 0 && offset >= Math.min(...past) && offset <= Math.max(...past);
      return { outcome: old ? "old" : "unknown", bytes: 0, newestAt: 0, positionAt: 0 };
    }
    const positionAt = this.frames.find(same)?.at;
    const gone = this.retire(this.frames.lastIndexOf(last) + 1);
    const bytes = gone.reduce((sum, sent) => sum + sent.bytes, 0);
    return { outcome: "fresh", bytes, newestAt: last.at, positionAt };
  }
}

const channel = fc.constantFrom<Channel>("pnl", "events");
const offset = fc.integer({ min: 0, max: 12 });
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ sends: fc.constant(true), channel, offset }) },
    { weight: 1, arbitrary: fc.record({ sends: fc.constant(false), channel, offset }) },
  ),
  { maxLength: 120, size: "max" },
);

Deno.test("SentFrames remembers what is under way as a plain list would, with a bound and without", () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(MOST, Infinity), (taken, most) => {
      const [sent, model] = [new SentFrames(), new Model()];
      for (const [at, step] of taken.entries()) {
        if (step.sends) {
          sent.add(step.channel, step.offset, 100 + at, at + 0.75, most);
          model.add({ channel: step.channel, offset: step.offset, bytes: 100 + at, at }, most);
        } else {
          assert.deepEqual(
            sent.acknowledge(step.channel, step.offset),
            model.acknowledge(step.channel, step.offset),
          );
        }
        assert.equal(sent.size, model.frames.length);
        assert.equal(sent.bytes, model.frames.reduce((sum, { bytes }) => sum + bytes, 0));
        assert.equal(sent.oldestAt, model.frames[0]?.at ?? null);
        const known = model.frames.some((frame) =>
          frame.channel === step.channel && frame.offset === step.offset
        );
        assert.equal(sent.has(step.channel, step.offset), known);
      }
    }),
    { numRuns: 300 },
  );
});
