// Emmett's SQLite store on Node, doing what append_bench.ts does: run by it in a folder where npm has
// installed the packages. Prints one JSON line.
import { rmSync } from "node:fs";
import { getSQLiteEventStore } from "@event-driven-io/emmett-sqlite";

const [fileName, singles, batches, batchSize] = process.argv.slice(2);
const quiet = console.log;
console.log = () => {};

const event = (n) => ({
  type: "pnl.kalshi.fill.recorded.v1",
  data: {
    fillId: `f4a42159-b500-57c6-efa2-${String(n).padStart(12, "0")}`,
    subaccount: 0,
    exchangeIndex: 0,
    outcomeSide: "yes",
    count: "1.00",
    yesPrice: "0.5200",
    fee: "0.017500",
    taker: true,
    upstreamTime: "2026-06-11T06:29:30.164956Z",
  },
});

const store = getSQLiteEventStore({ fileName, schema: { autoMigration: "CreateOrUpdate" } });
let n = 0;
await store.appendToStream("warm-up", [event(n++)]);

const single = [];
for (let i = 0; i < Number(singles); i++) {
  const start = performance.now();
  await store.appendToStream(`stream-${i % 100}`, [event(n++)]);
  single.push(performance.now() - start);
}

let start = performance.now();
for (let i = 0; i < Number(batches); i++) {
  const events = Array.from({ length: Number(batchSize) }, () => event(n++));
  await store.appendToStream(`batch-${i}`, events);
}
const batchMs = performance.now() - start;

start = performance.now();
let read = 0;
for (let i = 0; i < Number(batches); i++) {
  read += (await store.readStream(`batch-${i}`)).events.length;
}
const readMs = performance.now() - start;

single.sort((a, b) => a - b);
quiet(JSON.stringify({
  singleMs: single[Math.floor(single.length / 2)],
  batchMs,
  batchEvents: Number(batches) * Number(batchSize),
  read,
  readMs,
}));
rmSync(fileName, { force: true });
process.exit(0);
