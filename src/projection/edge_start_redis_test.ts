import assert from "node:assert/strict";
import { TestPublisher } from "../redis/test_publisher.ts";
import { type FaultyProxy, startFaultyProxy } from "../redis/test_proxy.ts";
import { startRedis } from "../redis/testing.ts";
import { FollowingEdge } from "./test_following_edge.ts";
import { until } from "./testing.ts";

/** In the question for the newest snapshot, and in the one for a page of the stream, as they are sent. */
const CURRENT = "pnl:snapshot:current";
const PAGE = "\r\n-\r\n$5\r\nCOUNT\r\n$3\r\n100\r\n";
/** A stream of more than three pages at first, so that a fourth is asked for. */
const FIRST_FINALS = 330;

/** What an edge asks for at its start; each may be the one before which something is published. */
const QUESTIONS = [[CURRENT, 1], [PAGE, 1], [PAGE, 2], [PAGE, 3], [PAGE, 4]] as const;

/** Acts before the `nth` question that has a text in it. */
async function before(proxy: FaultyProxy, text: string, nth: number, act: () => Promise<void>) {
  for (let left = nth; left > 1; left--) await proxy.before(text, () => Promise.resolve());
  await proxy.before(text, act);
}

/** What comes while the edge reads: `F` a final, `p` a provisional snapshot. */
const NEWS = ["F", "p", "Fp", "FFp"];

/** A line of snapshots that goes on from test to test. */
class Line {
  readonly finals: number[] = [];
  last = 0;
  readonly #publisher: TestPublisher;

  constructor(publisher: TestPublisher) {
    this.#publisher = publisher;
  }

  async publish(news: string): Promise<void> {
    for (const kind of news) {
      const offset = this.last - this.last % 2 + 2 + (kind === "F" ? 1 : 0);
      await this.#publisher.publish([offset], this.finals.at(-1) ?? 0);
      this.last = offset;
      if (kind === "F") this.finals.push(offset);
    }
  }
}

Deno.test("EdgeProjection has every final, whatever is published between two of its first questions", async () => {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  const publisher = new TestPublisher(server.client, "a");
  await publisher.begin();
  const line = new Line(publisher);
  await line.publish("F".repeat(FIRST_FINALS));
  for (const [text, nth] of QUESTIONS) {
    for (const news of NEWS) {
      const about = `${news} before question ${nth} for ${JSON.stringify(text)}`;
      let asked = false;
      const published = before(proxy, text, nth, async () => {
        asked = true;
        await line.publish(news);
      });
      await using following = new FollowingEdge(proxy.url);
      const { edge } = following;
      await until(() => asked).catch(() => assert.fail(`it did not ask: ${about}`));
      await published;
      await until(() => edge.current()?.offset === line.last);
      await line.publish("pF");
      await until(() => edge.current()?.offset === line.last);
      assert.equal(following.restarts, 1, `it began, and never again; ${about}`);
      assert.equal(edge.completeAfter, 0, about);
      assert.deepEqual(
        edge.finalsAfter(0, 2 * FIRST_FINALS).map(({ offset }) => offset),
        line.finals,
        about,
      );
      // Who followed from the first snapshot that was told has every final since.
      const [first = 0, ...told] = following.offsets;
      assert.deepEqual(
        told.filter((offset) => offset % 2 === 1),
        line.finals.filter((offset) => offset > first),
        about,
      );
    }
  }
});
