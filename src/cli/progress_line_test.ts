import assert from "node:assert/strict";
import { ProgressLine, progressText } from "./progress_line.ts";

const AT = { position: 45_000, total: 100_000, rate: 9_000, etaMs: 6_111, lastError: null };

/** A line that shows into a list, at a time that the test sets. */
function shown(isTerminal: boolean) {
  const texts: string[] = [];
  const time = { now: 0 };
  const line = new ProgressLine({
    isTerminal,
    now: () => time.now,
    write: (text) => texts.push(text),
  });
  return { line, texts, time };
}

Deno.test("progressText() tells the share, the count, the rate and the time to go", () => {
  assert.equal(
    progressText(AT),
    "[###########-------------] 45 %  45,000 of 100,000  9,000/s  7 s to go",
  );
  assert.match(progressText({ ...AT, etaMs: 125_000 }), /2 min 5 s to go$/);
  const done = progressText({ ...AT, position: 100_000, etaMs: 0, lastError: "event 7: no" });
  assert.equal(
    done,
    `[${"#".repeat(24)}] 100 %  100,000 of 100,000  9,000/s  last error: event 7: no`,
  );
  assert.match(progressText({ ...AT, position: 0, total: 0, rate: null, etaMs: null }), /100 %/);
});

Deno.test("ProgressLine on a terminal moves one line ten times a second at most, and clears it", () => {
  const { line, texts, time } = shown(true);
  for (const now of [0, 50, 99, 100, 150]) {
    time.now = now;
    line.show(AT);
  }
  assert.equal(texts.length, 2);
  assert.ok(texts.every((text) => text.startsWith("\r") && !text.includes("\n")));
  line.end();
  assert.match(texts[2]!, /^\r +\r$/);
  line.end();
  assert.equal(texts.length, 3);
});

Deno.test("ProgressLine elsewhere prints a whole line every 5 s and clears nothing", () => {
  const { line, texts, time } = shown(false);
  for (time.now = 0; time.now <= 10_000; time.now += 1_000) line.show(AT);
  line.end();
  assert.deepEqual(texts, Array(3).fill(`${progressText(AT)}\n`));
});
