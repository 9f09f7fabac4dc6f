import assert from "node:assert/strict";
import fc from "fast-check";
import { EventStreamParser, EventTooLargeError, type StreamEvent } from "./event_stream.ts";

const UTF8 = new TextEncoder();

interface Read {
  readonly events: StreamEvent[];
  readonly retries: number[];
}

/** What a stream holds that arrives in these pieces. */
function read(pieces: readonly (string | Uint8Array)[], limit = 10_000): Read {
  const found: Read = { events: [], retries: [] };
  const parser = new EventStreamParser({
    event: (event) => found.events.push(event),
    retry: (ms) => found.retries.push(ms),
  }, limit);
  for (const piece of pieces) parser.push(typeof piece === "string" ? UTF8.encode(piece) : piece);
  return found;
}

/** Type and data of each event. */
function brief(...pieces: readonly string[]): string[] {
  return read(pieces).events.map(({ type, data }) => `${type}=${data}`);
}

Deno.test("EventStreamParser reads the examples of the HTML standard", () => {
  assert.deepEqual(brief("data: YHOO\ndata: +2\ndata: 10\n\n"), ["message=YHOO\n+2\n10"]);
  const stream =
    ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
  assert.deepEqual(
    read([stream]).events.map(({ data, lastEventId }) => [data, lastEventId]),
    [["first event", "1"], ["second event", ""], [" third event", ""]],
  );
  // The last block is not ended by a blank line.
  assert.deepEqual(brief("data\n\ndata\ndata\n\ndata:"), ["message=", "message=\n"]);
  assert.deepEqual(brief("data:test\n\ndata: test\n\n"), ["message=test", "message=test"]);
});

Deno.test("EventStreamParser takes CR, LF and CRLF as line ends, and a byte order mark", () => {
  for (const end of ["\n", "\r", "\r\n"]) {
    const text = ["event: a", "data: 1", "data: 2", "", "data: 3", "", ""].join(end);
    assert.deepEqual(brief(text), ["a=1\n2", "message=3"], JSON.stringify(end));
  }
  assert.deepEqual(brief("data: 1\r\ndata: 2\r\r\n"), ["message=1\n2"]);
  assert.deepEqual(brief("event: a\r", "\ndata: 1\r", "", "\n\r", "\n"), ["a=1"]);
  assert.deepEqual(brief("event: a\r", "data: 1\r", "\r"), ["a=1"]);
  assert.deepEqual(brief("\uFEFFdata: 1\n\n"), ["message=1"]);
  assert.deepEqual(brief("data: 1\n\n\uFEFFdata: 2\n\n"), ["message=1"], "only at the start");
});

Deno.test("EventStreamParser forgets an event without data, and keeps ids", () => {
  assert.deepEqual(brief("event: a\n\ndata: 1\n\n"), ["message=1"]);
  const { events } = read(["id: 7\n\ndata: 1\n\nid: x\0y\ndata: 2\n\n"]);
  assert.deepEqual(events.map(({ lastEventId }) => lastEventId), ["7", "7"]);
});

Deno.test("EventStreamParser takes a retry of digits alone", () => {
  const { retries } = read(["retry: 3000\nretry: 3s\nretry:\nretry: -1\nretry:40\n"]);
  assert.deepEqual(retries, [3000, 40]);
});

Deno.test("EventStreamParser reads the same however the stream is cut", () => {
  const line = fc.oneof(
    fc.constantFrom("", "data", "data:", "event: snapshot", "retry: 12", ": note", "id: 4", "x: y"),
    fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => `data: ${text}`),
  );
  const stream = fc.array(fc.tuple(line, fc.constantFrom("\n", "\r", "\r\n")), { maxLength: 30 })
    .map((lines) => UTF8.encode(lines.flat().join("") + "\n\n"));
  fc.assert(fc.property(stream, fc.array(fc.nat(8), { maxLength: 60 }), (bytes, cuts) => {
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (const length of cuts) pieces.push(bytes.subarray(from, from += length));
    pieces.push(bytes.subarray(from));
    assert.deepEqual(read(pieces), read([bytes]));
    assert.deepEqual(read(Array.from(bytes, (byte) => Uint8Array.of(byte))), read([bytes]));
  }));
});

Deno.test("EventStreamParser reads the same with any line ends", () => {
  const lines = fc.array(fc.constantFrom("", "", "data: 1", "event: a", "id: 3", ":"), {
    maxLength: 30,
  });
  const ends = fc.array(fc.constantFrom("\n", "\r", "\r\n"), { minLength: 30, maxLength: 30 });
  fc.assert(fc.property(lines, ends, (texts, given) => {
    // A CR followed by an empty line that ends with LF would be one line end.
    const mixed = texts.map((text, n) => text + (texts[n + 1] === "" ? "\r\n" : given[n])).join("");
    assert.deepEqual(read([mixed]), read([texts.map((text) => `${text}\n`).join("")]));
  }));
});

Deno.test("EventStreamParser keeps no more of an event than it may", () => {
  const endless = () => read(Array(20).fill("data: 0123456789"), 100);
  assert.throws(endless, EventTooLargeError);
  assert.throws(() => read(Array(20).fill("data: 0123456789\n"), 100), EventTooLargeError);
  const many = read(Array(20).fill("data: 0123456789\n\n"), 100);
  assert.equal(many.events.length, 20);
});
