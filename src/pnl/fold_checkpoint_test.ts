import assert from "node:assert/strict";
import { FoldTextError, parseFold, serializeFold } from "./fold.ts";
import { snapshotJson } from "./snapshot.ts";
import { cost, fill, given, Story, totals } from "./testing.ts";

Deno.test("parseFold() tells amounts from texts that look like one", () => {
  const story = given(fill("yes", "1", "0.5", { ticker: "#5" }), {
    type: "pnl.anthropic.cost.observed.v1",
    subject: "2026-11-22",
    data: {
      day: "2026-11-22",
      amount: "3",
      byDescription: [
        { description: "#12", amount: "1" },
        { description: "##", amount: "2" },
      ],
    },
  });
  const restored = parseFold(serializeFold(story.fold));
  assert.deepEqual(restored, story.fold);
  assert.equal(restored.ledger.costs.described?.rows[0]?.description, "#12");
  new Story(restored).when(fill("no", "1", "0.6", { ticker: "#5" }));
  assert.equal(restored.ledger.account.realized, 100_000_000n);
});

Deno.test("parseFold() gives a fold of its own: the one that was saved does not move with it", () => {
  const story = given(totals("1", "1"), cost("2026-11-22", "1"), fill("yes", "1", "0.5"));
  const before = snapshotJson(story.now);
  new Story(parseFold(serializeFold(story.fold))).when(totals("9", "9"), fill("no", "1", "0.9"));
  assert.equal(snapshotJson(story.now), before);
});

Deno.test("parseFold() refuses another version's text and anything else", () => {
  const text = serializeFold(given(totals("1", "1")).fold);
  const other = text.replace(/"version":\d+/, '"version":0');
  for (
    const bad of [other, "", "{", "null", "[]", "{}", '{"version":1}', '{"version":1,"fold":{}}']
  ) {
    assert.throws(() => parseFold(bad), FoldTextError, bad.slice(0, 40));
  }
  assert.equal(serializeFold(parseFold(text)), text);
});
