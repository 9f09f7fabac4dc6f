import assert from "node:assert/strict";
import { until } from "../http/test_streams.ts";
import { Acknowledger } from "./acknowledger.ts";

Deno.test("Acknowledger says the first at once, and the last of a burst in time", async () => {
  const said: string[] = [];
  const acks = new Acknowledger((position) => said.push(position), () => performance.now());
  for (const position of ["1", "2", "3"]) acks.arrived(position);
  assert.deepEqual(said, ["1"]);
  await until(() => said.length === 2, "the last");
  assert.deepEqual(said, ["1", "3"]);
  acks.stop();
});

Deno.test("Acknowledger says one in sixteen while many come, and nothing once it is stopped", async () => {
  const said: string[] = [];
  const acks = new Acknowledger((position) => said.push(position), () => 0);
  for (let n = 1; n <= 40; n++) acks.arrived(String(n));
  assert.deepEqual(said, ["1", "17", "33"]);
  acks.stop();
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert.equal(said.length, 3);
});
