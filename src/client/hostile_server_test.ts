import assert from "node:assert/strict";
import { soon } from "../http/test_streams.ts";
import { PLATFORM_CLOCK } from "./stopwatch.ts";
import { type Ending, MAX_FRAME_LENGTH, type TransportName } from "./transport.ts";
import { baseOf, makeTransports } from "./transports.ts";

/** How a line ends against a server that answers like this. */
async function endingAgainst(
  name: TransportName,
  answer: (request: Request) => Response | Promise<Response>,
): Promise<Ending> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  const base = baseOf(`http://127.0.0.1:${server.addr.port}`);
  const [transport] = makeTransports(base, { transports: [name] }, PLATFORM_CLOCK);
  const { promise, resolve } = Promise.withResolvers<Ending>();
  const quiet = { heard: () => {}, snapshot: () => {}, reset: () => {} };
  const line = transport!.open(null, { ...quiet, ended: resolve });
  try {
    return await soon(promise, "ending", 20_000);
  } finally {
    line.close();
    await server.shutdown();
  }
}

/** A server that sends one frame, then waits, or closes with a code. */
function socketThat(act: (socket: WebSocket) => void) {
  return (request: Request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "pnl.v1" });
    socket.onopen = () => act(socket);
    return response;
  };
}

const streamOf = (text: string) => () =>
  new Response(text, { headers: { "content-type": "text/event-stream" } });
const jsonOf = (text: string) => () =>
  new Response(text, { headers: { "content-type": "application/json" } });

Deno.test("every transport refuses a frame of more than 4 MB", async () => {
  const huge = "x".repeat(MAX_FRAME_LENGTH + 1);
  const endings = [
    await endingAgainst("websocket", socketThat((socket) => socket.send(huge))),
    await endingAgainst("sse", streamOf(`event: snapshot\ndata: ${huge}\n\n`)),
    await endingAgainst("polling", jsonOf(JSON.stringify(huge))),
  ];
  for (const { kind, code } of endings) {
    assert.deepEqual([kind, code], ["lost", "frame_too_large"]);
  }
});

Deno.test("every transport ends at what is no snapshot", async () => {
  const wrong = ["", "nonsense", "[]", "null", '{"schema":"pnl.snapshot.v2"}'];
  wrong.push('{"schema":"pnl.snapshot.v1","window":{},"metrics":{}}');
  for (const text of wrong) {
    const frame = `{"type":"snapshot","data":${text || "1"}}`;
    const endings = [
      await endingAgainst("websocket", socketThat((socket) => socket.send(frame))),
      await endingAgainst("sse", streamOf(`event: snapshot\ndata: ${text}\n\n`)),
      await endingAgainst("polling", jsonOf(text)),
    ];
    for (const { code } of endings) assert.equal(code, "bad_frame", text);
  }
});

Deno.test("websocket tells by the close code whether to come back", async () => {
  const cases = [
    ...[[4400, "refused"], [4401, "refused"], [4403, "refused"]],
    ...[[4408, "sent_away"], [4429, "sent_away"], [4999, "lost"], [1000, "lost"]],
  ] as const;
  for (const [code, kind] of cases) {
    const ending = await endingAgainst("websocket", socketThat((socket) => socket.close(code)));
    assert.deepEqual([ending.kind, ending.code], [kind, `closed_${code}`]);
  }
  const { message } = await endingAgainst(
    "websocket",
    socketThat((socket) => {
      socket.send('{"type":"error","code":"bad_frame","message":"A frame must be JSON"}');
      socket.close(4400);
    }),
  );
  assert.equal(message, "bad_frame: A frame must be JSON");
});

Deno.test("sse and polling tell by the status whether to come back", async () => {
  const cases = [
    ...[[401, "refused"], [403, "refused"], [404, "refused"], [204, "refused"]],
    ...[[408, "lost"], [425, "lost"], [500, "lost"], [502, "lost"], [203, "lost"]],
  ] as const;
  for (const [status, kind] of cases) {
    const answer = () => new Response(status === 204 ? null : "<p>no</p>", { status });
    for (const name of ["sse", "polling"] as const) {
      const ending = await endingAgainst(name, answer);
      assert.deepEqual([ending.kind, ending.code], [kind, `http_${status}`], name);
    }
  }
  // A page instead of a stream, as a hotel's network answers.
  assert.equal((await endingAgainst("sse", () => new Response("<p>Log in</p>"))).kind, "lost");
});

Deno.test("sse and polling honour Retry-After in seconds and as a date", async () => {
  const inOneMinute = new Date(Date.now() + 60_000).toUTCString();
  for (const name of ["sse", "polling"] as const) {
    for (const [value, from, to] of [["7", 7_000, 7_000], [inOneMinute, 57_000, 60_000]] as const) {
      const headers = { "retry-after": value };
      const ending = await endingAgainst(name, () => new Response("", { status: 429, headers }));
      assert.equal(ending.kind, "sent_away");
      assert.ok(ending.retryMs !== null && ending.retryMs >= from && ending.retryMs <= to);
    }
  }
});
