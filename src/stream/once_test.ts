import assert from "node:assert/strict";
import fc from "fast-check";
import { SseClient, until, WebSocketClient } from "../http/test_streams.ts";
import { ANYONE } from "./holder.ts";
import { openSse } from "./sse.ts";
import type { Subscriber } from "./subscriber.ts";
import { EPOCH, noFeeds, Scene } from "./test_scene.ts";
import { openWebSocket } from "./websocket.ts";

const nobody = (): Subscriber => ({
  transport: "sse",
  offer() {},
  keepAlive() {},
  drain() {},
});

/** More than fit into one burst: a broadcast to all takes several turns. */
const CROWD = 1_100;

interface Seen {
  readonly since: number;
  readonly offsets: number[];
  resets: number;
}

const offsetIn = (pos: string | undefined) => Number(pos?.split(":")[1]);

async function followSse({ hub }: Scene, seen: Seen): Promise<void> {
  const body = openSse(hub, { since: `${EPOCH}:${seen.since}`, holder: ANYONE });
  const client = new SseClient(new Response(body));
  for (let event = await client.next(); event !== null; event = await client.next()) {
    if (event.event === "snapshot") seen.offsets.push(offsetIn(event.id));
    if (event.event === "reset") seen.resets += 1;
  }
}

async function followWebSocket(port: number, seen: Seen): Promise<void> {
  const client = new WebSocketClient(`http://127.0.0.1:${port}/ws?since=${EPOCH}:${seen.since}`);
  client.socket.onmessage = ({ data }) => {
    const { type, pos } = JSON.parse(data);
    if (type === "snapshot") seen.offsets.push(offsetIn(pos));
    if (type === "reset") seen.resets += 1;
  };
  await client.closed;
}

function serve({ hub }: Scene) {
  const feeds = noFeeds();
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const since = new URL(request.url).searchParams.get("since") ?? "";
    const first = { type: "subscribe" as const, channels: ["pnl" as const], since };
    const answer = openWebSocket(hub, request, { first, holder: ANYONE, feeds });
    return answer instanceof Response ? answer : new Response(answer, { status: 503 });
  });
}

function check({ frames }: Scene, { since, offsets, resets }: Seen): void {
  const about = `from ${since}: ${offsets}`;
  assert.deepEqual(offsets, [...new Set(offsets)].sort((a, b) => a - b), `${about}; each once`);
  const finals = frames.filter(({ final, offset }) => final && offset > since);
  const came = offsets.filter((offset) => offset % 2 === 1 && offset > since);
  assert.equal(resets, 0);
  assert.deepEqual(came, finals.map(({ offset }) => offset), `${about}; every final`);
}

type Step = "final" | "provisional" | "turn" | "websocket" | "sse";

Deno.test("Hub gives each final once, whenever a gap is filled while a broadcast is under way", async () => {
  const step = fc.constantFrom<Step>("final", "provisional", "turn", "turn", "websocket", "sse");
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.nat(),
      async (steps, back) => {
        const scene = new Scene();
        for (let at = 0; at < CROWD; at++) scene.hub.add(nobody());
        const server = serve(scene);
        const clients: Seen[] = [];
        const gone: Promise<void>[] = [];
        for (const [at, now] of steps.entries()) {
          if (now === "turn") await new Promise((resolve) => setTimeout(resolve, at % 3));
          else if (now === "final" || now === "provisional") scene.tell(now === "final");
          else {
            const { offset: since } = scene.frames.at(-1 - (back + at) % scene.frames.length)!;
            const seen = { since, offsets: [], resets: 0 };
            clients.push(seen);
            gone.push(
              now === "sse" ? followSse(scene, seen) : followWebSocket(server.addr.port, seen),
            );
          }
        }
        const open = () => {
          const { websocket, sse } = scene.hub.stats().connections;
          return websocket + sse;
        };
        await until(() => open() === CROWD + clients.length, "open");
        scene.tell(true);
        scene.tell(false);
        const { offset: last } = scene.frames.at(-1)!;
        await until(() => clients.every(({ offsets }) => offsets.at(-1) === last), "all told");
        await scene.hub.drain(0);
        await Promise.all(gone);
        await server.shutdown();
        for (const seen of clients) check(scene, seen);
      },
    ),
    { numRuns: 15 },
  );
});
