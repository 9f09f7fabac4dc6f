/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import type { RecordedEvent } from "../../pnl/event.ts";
import { EventFeed, type FeedState } from "./event_feed.ts";

/** Waits until a feed is as wished. */
function reaches(feed: EventFeed, wished: (state: FeedState) => boolean): Promise<FeedState> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end();
      reject(new Error(`Not reached: ${JSON.stringify(feed.state())}`));
    }, 10_000);
    const look = () => {
      if (!wished(feed.state())) return;
      clearTimeout(timer);
      end();
      resolve(feed.state());
    };
    const end = feed.subscribe(look);
    look();
  });
}

function eventOf(position: number): RecordedEvent {
  return JSON.parse(`{"sequence":"${position}","type":"x","time":"2026-11-22T10:00:00.000Z",
    "recordedtime":"2026-11-22T10:00:00.000Z"}`);
}

const away = () => Object.assign(new Error("away"), { status: null, code: "offline" });

/** A stream that stays open and says nothing. */
function quiet(signal: AbortSignal | null | undefined): Promise<Response> {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => signal?.addEventListener("abort", () => controller.error(signal.reason)),
  });
  return Promise.resolve(new Response(body));
}

Deno.test("EventFeed reads a list that could not be read again, by itself", async () => {
  let asked = 0;
  const feed = new EventFeed({
    filter: {},
    againMs: 10,
    ask: () => {
      asked += 1;
      return asked < 3
        ? Promise.reject(away())
        : Promise.resolve({ items: [eventOf(7)], nextBefore: null });
    },
    open: (_, { signal }) => quiet(signal),
  });
  await feed.start(0);
  assert.equal(feed.state().tail, "broken");
  assert.equal(feed.state().list.error?.message, "away");
  const { list } = await reaches(feed, ({ tail }) => tail === "following");
  assert.equal(list.error, null);
  assert.equal(list.total, 1);
  feed.stop();
});

Deno.test("EventFeed does not ask again where the server does not want it", async () => {
  const refusal = Object.assign(new Error("No"), { status: 403, code: "forbidden" });
  const feed = new EventFeed({
    filter: {},
    againMs: 1,
    ask: () => Promise.reject(refusal),
    open: () => Promise.reject(refusal),
  });
  await feed.start(0);
  assert.equal(feed.state().tail, "refused");
  feed.wake();
  assert.equal(feed.state().list.error?.message, "No");
  feed.stop();
});

Deno.test("EventFeed follows no span that has ended", async () => {
  const feed = new EventFeed({
    filter: { recordedTo: "2026-11-01" },
    ask: () => Promise.resolve({ items: [], nextBefore: null }),
    open: () => assert.fail("nothing can come"),
  });
  await feed.start(5);
  assert.equal(feed.state().tail, "off");
  feed.stop();
});
