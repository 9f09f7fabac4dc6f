import assert from "node:assert/strict";
import fc from "fast-check";
import { type Arrival, Sequencer } from "./sequencer.ts";

const [A, B] = ["a".repeat(16), "b".repeat(16)];

function arrival(offset: number, change: Partial<Arrival> = {}): Arrival {
  return { epoch: A, offset, final: offset % 2 === 1, at: "t", whole: true, ...change };
}

/** What happens on the way from a server: what a line brings, breaks, and what comes in disorder. */
type Happening =
  | { readonly kind: "arrival"; readonly arrival: Arrival }
  | { readonly kind: "began" }
  | { readonly kind: "reset" };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      epoch: fc.constantFrom(A, A, A, B),
      offset: fc.nat(12),
      at: fc.constantFrom("t1", "t2"),
      whole: fc.boolean(),
    }).map((given) => ({ kind: "arrival" as const, arrival: arrival(given.offset, given) })),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "began" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "reset" as const }) },
);

Deno.test("Sequencer never moves back within an epoch, and gives each final out once and in order", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 80 }), (happenings) => {
      const sequencer = new Sequencer();
      let [epoch, shown, final, resyncs] = ["", -1, -1, 0];
      const startOver = () => {
        resyncs += 1;
        [epoch, shown, final] = ["", -1, -1];
      };
      for (const each of happenings) {
        if (each.kind === "began") sequencer.began();
        if (each.kind === "reset") {
          sequencer.reset();
          startOver();
        }
        if (each.kind !== "arrival") continue;
        const { offset } = each.arrival;
        if (epoch !== "" && each.arrival.epoch !== epoch) startOver();
        epoch = each.arrival.epoch;
        const verdict = sequencer.take(each.arrival);
        if (verdict.show) {
          assert.ok(offset >= shown, `shown ${offset} after ${shown}`);
          shown = offset;
        }
        if (verdict.final) {
          assert.ok(each.arrival.final && offset > final, `final ${offset} after ${final}`);
          final = offset;
        }
        assert.equal(sequencer.position, `${epoch}:${shown}`);
      }
      assert.equal(sequencer.missed.resyncs, resyncs);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("Sequencer brings every final through breaks, repetitions and polling", () => {
  const step = fc.constantFrom("frame", "frame", "frame", "break", "poll", "repeat");
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const sequencer = new Sequencer();
      const finals: number[] = [];
      const take = (offset: number, whole = true) => {
        const verdict = sequencer.take(
          arrival(offset, { whole, at: `${offset}/${finals.length}` }),
        );
        if (verdict.final) finals.push(offset);
      };
      let head = 0;
      /** A line from where the client says that it is: the finals since, then the current one. */
      const resume = () => {
        const since = Number(sequencer.since?.split(":")[1] ?? head);
        sequencer.began();
        for (let offset = since + 1; offset < head; offset++) if (offset % 2 === 1) take(offset);
        take(head);
      };
      resume();
      for (const each of steps) {
        if (each === "frame") [head + 1, head += 2].forEach((offset) => take(offset));
        else if (each === "repeat") take(Math.max(0, head - 1));
        else {
          // The log goes on while the client is away.
          head += 4;
          if (each === "poll") take(head, false);
          resume();
        }
      }
      const every = Array.from({ length: head / 2 }, (_, n) => 2 * n + 1);
      assert.deepEqual(finals, every);
    }),
  );
});

Deno.test("Sequencer shows a tick, and not the same thing twice", () => {
  const sequencer = new Sequencer();
  assert.deepEqual(sequencer.take(arrival(4)), { show: true, final: false });
  assert.deepEqual(sequencer.take(arrival(4)), { show: false, final: false });
  assert.deepEqual(sequencer.take(arrival(4, { at: "t+5" })), { show: true, final: false });
});

Deno.test("Sequencer counts finals that came late, and does not show them", () => {
  const sequencer = new Sequencer();
  sequencer.began();
  sequencer.take(arrival(2));
  sequencer.began();
  assert.deepEqual(sequencer.take(arrival(5)), { show: false, final: true });
  assert.deepEqual(sequencer.take(arrival(7)), { show: false, final: true });
  assert.equal(sequencer.take(arrival(7, { at: "t+1" })).show, true, "the current one is final");
  assert.equal(sequencer.take(arrival(8)).show, true);
  assert.deepEqual(sequencer.take(arrival(9)), { show: true, final: true });
  assert.deepEqual(sequencer.missed, { count: 2, resyncs: 0 });
});

Deno.test("Sequencer starts over at a reset and in another epoch, and counts it once", () => {
  const sequencer = new Sequencer();
  sequencer.take(arrival(10));
  sequencer.reset();
  assert.equal(sequencer.since, null);
  assert.equal(sequencer.take(arrival(4, { epoch: B })).show, true);
  assert.equal(sequencer.missed.resyncs, 1);
  assert.equal(sequencer.take(arrival(2)).show, true);
  assert.deepEqual([sequencer.position, sequencer.missed.resyncs], [`${A}:2`, 2]);
});
