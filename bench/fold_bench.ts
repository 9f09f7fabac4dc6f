/**
 * What the fold costs: nanoseconds per event above a bare `JSON.parse` of its line, with a final
 * snapshot and its canonical text every 20 events and at every event.
 */
import { canonicalJson } from "../src/pnl/canonical.ts";
import { sequenceOf } from "../src/pnl/event.ts";
import { applyEvent, initialFold } from "../src/pnl/fold.ts";
import { snapshotJson } from "../src/pnl/snapshot.ts";
import { upcast } from "../src/pnl/upcast.ts";
import { fillMaker } from "./fixture.ts";
import { median, report, timed } from "./report.ts";

const EVENTS = 100_000;
const ROUNDS = 7;
const WINDOW_MS = 5_000;

function lines(perWindow: number): string[] {
  const make = fillMaker(1);
  const start = Date.UTC(2026, 0, 1, 12);
  return Array.from({ length: EVENTS }, (_, index) => {
    const time = start + Math.floor(index / perWindow) * WINDOW_MS + (index % perWindow);
    const { kind: _kind, ...draft } = make(time);
    const recordedtime = new Date(time).toISOString();
    return canonicalJson({
      ...draft,
      specversion: "1.0",
      recordedtime,
      sequence: sequenceOf(index + 1),
    });
  });
}

function parseAll(all: readonly string[]): void {
  let keep = 0;
  for (const line of all) keep += JSON.parse(line).data.subaccount;
  if (keep !== 0) throw new Error("Unreachable: the fixture's subaccount is 0");
}

function foldAll(all: readonly string[]): void {
  const fold = initialFold(WINDOW_MS);
  let characters = 0;
  for (let index = 0; index < all.length; index++) {
    const closed = applyEvent(fold, upcast(JSON.parse(all[index] ?? "")), index + 1);
    if (closed !== null) characters += snapshotJson(closed).length;
  }
  if (characters === 0) throw new Error("No snapshot came of the fold");
}

function perEvent(work: () => void): number {
  work();
  return median(Array.from({ length: ROUNDS }, () => timed(work) * 1e6 / EVENTS));
}

for (const perWindow of [20, 1]) {
  const all = lines(perWindow);
  const parse = perEvent(() => parseAll(all));
  const fold = perEvent(() => foldAll(all));
  report(`JSON.parse, ${perWindow} a window`, parse, " ns", "per event");
  report(
    `fold above it, ${perWindow} a window`,
    fold - parse,
    " ns",
    `${fold.toFixed(0)} ns in all`,
  );
}
