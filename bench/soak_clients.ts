/**
 * WebSocket clients in a process of their own, for a long run: each notes how old a snapshot is when it
 * comes. Arguments: the port, how many, and that one of so many acknowledges what it gets. Says `open` when
 * all are connected; prints `Noted` as JSON whenever told so, and forgets it then.
 */
import { openLine, shortText } from "./fanout_line.ts";

/** What the clients of a process noted. */
export interface Noted {
  /** How many snapshots were so many milliseconds old, by age; the last stands for all that were older. */
  readonly ages: readonly number[];
  /** Connections that ended. */
  readonly lost: number;
  /** Snapshots that named an earlier place than one before on the same connection. */
  readonly backwards: number;
  /** Snapshots by the offset of the newest: how many new ones the process has seen, whoever got them. */
  readonly published: number;
}

const AT_ONCE = 50;
const OLDEST_MS = 5_000;
const HEAD = '{"type":"snapshot","pos":"';
/** The epoch, and the colon after it. */
const EPOCH = 17;
const QUOTE = '"'.charCodeAt(0);
const ZERO = "0".charCodeAt(0);
/** Snapshots are remembered so far back. */
const REMEMBERED = 1_000;

const decoder = new TextDecoder();
let ages = new Uint32Array(OLDEST_MS + 1);
let lost = 0;
let backwards = 0;
let published = 0;
/** When what a snapshot shows was observed, by its offset. */
const observedAt = new Map<number, number>();

/** The offset that a snapshot's frame names. */
function offsetOf(frame: Uint8Array): number {
  let offset = 0;
  for (let at = HEAD.length + EPOCH; frame[at] !== QUOTE; at++) {
    offset = offset * 10 + frame[at]! - ZERO;
  }
  return offset;
}

function learn(offset: number, frame: Uint8Array): void {
  const { data } = JSON.parse(decoder.decode(frame));
  observedAt.set(offset, Date.parse(data.components.revenue.observedAt));
  published++;
  const [oldest] = observedAt.keys();
  if (observedAt.size > REMEMBERED) observedAt.delete(oldest!);
}

/** One client. */
function client(acknowledges: boolean) {
  let newest = -1;
  return (frame: Uint8Array, length: number): Uint8Array | null => {
    if (frame.length < HEAD.length + EPOCH * 2) return null;
    const offset = offsetOf(frame);
    if (offset < newest) backwards++;
    // A tick repeats what is known, and the final of a window shows what was observed before.
    if (offset > newest && offset % 2 === 0) {
      if (!observedAt.has(offset) && frame.length === length) learn(offset, frame);
      const at = observedAt.get(offset);
      if (at !== undefined && newest >= 0) ages[Math.min(OLDEST_MS, Date.now() - at)]!++;
    }
    newest = Math.max(newest, offset);
    if (!acknowledges) return null;
    const pos = decoder.decode(frame.subarray(HEAD.length, HEAD.length + EPOCH)) + offset;
    return shortText(`{"type":"ack","pos":"${pos}"}`);
  };
}

if (import.meta.main) {
  const [port, total, oneOf] = Deno.args.map(Number) as [number, number, number];
  for (let i = 0; i < total; i += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, total - i) }, async (_, at) => {
      const line = await openLine(port, "ws", client(at % oneOf === 0));
      void line.run(() => {}).catch(() => {}).finally(() => lost++);
    }));
  }
  console.log("open");
  for await (const _ of Deno.stdin.readable) {
    const noted: Noted = { ages: [...ages], lost, backwards, published };
    ages = new Uint32Array(OLDEST_MS + 1);
    published = 0;
    console.log(JSON.stringify(noted));
  }
}
