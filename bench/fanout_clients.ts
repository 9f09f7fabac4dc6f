/**
 * Many cheap clients in one process: bare TCP that does no more than a peer must, and counts messages.
 * Arguments: the port, the protocol (`ws`, `sse` or `socketio`), how many. Says `open` when all are. Told
 * `reset`, it forgets what it counted; told `tell`, it prints `Counted` as JSON.
 */
import { type Line, openLine, type Protocol } from "./fanout_line.ts";

/** What the clients of a process got since the last reset. */
export interface Counted {
  /** For each message, by its turn, wall-clock milliseconds: when the last client that got it did. */
  readonly lastAt: readonly number[];
  /** How many clients got it. */
  readonly got: readonly number[];
  /** Connections that ended. */
  readonly lost: number;
}

/** Connections opened at once: more would overflow the listener's queue. */
const AT_ONCE = 50;

let lastAt: number[] = [];
let got: number[] = [];
let lost = 0;
/** How many messages each client has had since the last reset. */
let turns = new Uint32Array(0);

function follow(line: Line, index: number): void {
  const count = (messages: number) => {
    const at = Date.now();
    for (; messages > 0; messages--) {
      const turn = turns[index]!++;
      lastAt[turn] = at;
      got[turn] = (got[turn] ?? 0) + 1;
    }
  };
  void line.run(count).catch(() => {}).finally(() => lost++);
}

if (import.meta.main) {
  const [port = "", protocol = "ws", total = "1"] = Deno.args;
  const count = Number(total);
  turns = new Uint32Array(count);
  for (let i = 0; i < count; i += AT_ONCE) {
    const group = Array.from({ length: Math.min(AT_ONCE, count - i) }, async (_, at) => {
      follow(await openLine(Number(port), protocol as Protocol), i + at);
    });
    await Promise.all(group);
  }
  console.log("open");
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    if (text.startsWith("reset")) {
      lastAt = [];
      got = [];
      turns.fill(0);
      console.log("done");
    } else {
      const counted: Counted = { lastAt, got, lost };
      console.log(JSON.stringify(counted));
    }
  }
}
