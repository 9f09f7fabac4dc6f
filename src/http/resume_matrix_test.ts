import assert from "node:assert/strict";
import { startTestServer, type TestServer } from "./test_server.ts";
import { open, shown, TRANSPORTS } from "./test_resume.ts";

/** A position of this server's stream. */
const at = ({ projector }: TestServer, offset: number) => `${projector.epoch}:${offset}`;

/** The position of the current snapshot. */
const now = (server: TestServer) => at(server, server.projector.current()?.offset ?? 0);

/** What has to come after a position: each final since, then the current snapshot. */
function whole(server: TestServer, since: string): string[] {
  const offset = Number(since.split(":")[1]);
  const finals = server.projector.finalsAfter(offset, 10_000);
  return [...finals.map((final) => at(server, final.offset)), now(server)];
}

for (const by of TRANSPORTS) {
  Deno.test(`resume over ${by} at the same offset shows the current snapshot, and no reset`, async () => {
    await using server = await startTestServer();
    await server.windows(3);
    const since = now(server);
    assert.deepEqual(await shown(server.origin, by, since, since), [since]);
    assert.equal(server.hub.stats().resets, 0);
  });

  Deno.test(`resume over ${by} fills each gap inside the window, wherever it begins`, async () => {
    await using server = await startTestServer();
    await server.windows(40);
    const last = now(server);
    const offsets = server.projector.finalsAfter(0, 100).map(({ offset }) => offset);
    // At a final, between two, at the beginning of all.
    for (const offset of [0, offsets[0]!, offsets[17]!, offsets[17]! + 1, offsets.at(-1)!]) {
      const since = at(server, offset);
      assert.deepEqual(await shown(server.origin, by, since, last), whole(server, since));
    }
    assert.equal(server.hub.stats().resets, 0);
  });

  Deno.test(`resume over ${by} of a client that was idle loses nothing, on an empty log too`, async () => {
    await using server = await startTestServer();
    const idle = await open(server.origin, by, null);
    const first = await idle.next();
    assert.equal(first, at(server, 0));
    await idle.cut();
    await server.windows(5);
    assert.deepEqual(await shown(server.origin, by, first, now(server)), whole(server, first));
    const again = await open(server.origin, by, now(server));
    const second = await again.next();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await again.cut();
    await server.windows(5);
    assert.deepEqual(await shown(server.origin, by, second, now(server)), whole(server, second));
  });

  Deno.test(`resume over ${by}, cut off twice while the gap is filled, shows each final once`, async () => {
    await using server = await startTestServer();
    await server.windows(60);
    const since = at(server, server.projector.finalsAfter(0, 1)[0]!.offset);
    const seen: string[] = [];
    for (const frames of [7, 20]) {
      const line = await open(server.origin, by, seen.at(-1) ?? since);
      for (let read = 0; read < frames; read++) seen.push(await line.next());
      await line.cut();
      // The server goes on meanwhile.
      await server.windows(2);
    }
    seen.push(...await shown(server.origin, by, seen.at(-1) ?? "", now(server)));
    assert.deepEqual(seen, whole(server, since));
  });

  Deno.test(`resume over ${by} says reset where it cannot go on, and never a part`, async () => {
    await using server = await startTestServer();
    await using other = await startTestServer();
    await other.windows(2);
    await server.windows(3);
    const last = now(server);
    const cases = [
      // Another log, fold or window length.
      [now(other), "epoch"],
      [at(server, 0).replace(/^./, (c) => c === "0" ? "1" : "0"), "epoch"],
      [at(server, 1_000_000), "ahead"],
      ["garbage", "invalid"],
      [`${server.projector.epoch}:`, "invalid"],
      [`${server.projector.epoch}:-2`, "invalid"],
      [`${server.projector.epoch}:1e3`, "invalid"],
      [`${server.projector.epoch}:99999999999999999999`, "invalid"],
      [`${server.projector.epoch}:2:3`, "invalid"],
    ] as const;
    for (const [since, reason] of cases) {
      assert.deepEqual(await shown(server.origin, by, since, last), [`reset ${reason}`, last]);
    }
    assert.equal(server.hub.stats().resets, cases.length);
    // Told to begin again, the client has a position that holds.
    assert.deepEqual(await shown(server.origin, by, last, last), [last]);
  });
}

Deno.test("resume beyond the window says reset over both transports, and fills the gap just inside", async () => {
  await using server = await startTestServer();
  await server.windows(722);
  const last = now(server);
  const [first, second] = server.projector.finalsAfter(0, 2).map(({ offset }) =>
    at(server, offset)
  );
  assert.ok(first !== undefined && second !== undefined);
  for (const by of TRANSPORTS) {
    assert.deepEqual(await shown(server.origin, by, at(server, 0), last), ["reset gap", last]);
    const all = await shown(server.origin, by, first, last);
    assert.deepEqual(all, whole(server, first));
    assert.equal(all[0], second);
  }
});
