import type { Page } from "playwright-core";
import { launchBrowser, WITHOUT_BROWSER } from "./browser.ts";
import { throughRestart } from "./real_clients.ts";
import { StreamFollower } from "./stream_follower.ts";

/** What the page runs; it tells of events by the function `note`, given by its follower's name. */
const SCRIPTS = {
  eventSource: `
    const source = new EventSource("/api/pnl/stream");
    source.onopen = () => eventSource("open", "");
    source.addEventListener("reset", () => eventSource("reset", ""));
    source.addEventListener("snapshot", ({ lastEventId }) => eventSource("snapshot", lastEventId));`,
  webSocket: `
    let since;
    const connect = () => {
      const socket = new WebSocket("/ws", "pnl.v1");
      socket.onopen = () => {
        webSocket("open", "");
        if (since) socket.send(JSON.stringify({ type: "subscribe", channels: ["pnl"], since }));
      };
      socket.onmessage = ({ data }) => {
        const { type, pos } = JSON.parse(data);
        if (type === "snapshot") socket.send(JSON.stringify({ type: "ack", pos: since = pos }));
        if (type === "snapshot" || type === "reset") webSocket(type, pos);
      };
      socket.onclose = () => setTimeout(connect, 50);
    };
    connect();`,
};

/** What the browser's own client in a page is given. */
class PageFollower extends StreamFollower {
  readonly #page: Page;
  readonly #kind: keyof typeof SCRIPTS;
  #end = () => {};

  constructor(url: string, page: Page, kind: keyof typeof SCRIPTS) {
    super(url);
    this.#page = page;
    this.#kind = kind;
  }

  protected async follow(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#end = resolve;
    this.connections = 0;
    await this.#page.exposeFunction(this.#kind, (what: string, pos: string) => {
      if (what === "open") this.connections++;
      else if (what === "reset") this.reset();
      else this.snapshot(pos, true);
    });
    await this.#page.evaluate(SCRIPTS[this.#kind]);
    await promise;
  }

  cut(): void {
    this.#end();
  }
}

Deno.test({
  name: "Chromium's EventSource and WebSocket go on where they were when the server is restarted",
  ignore: WITHOUT_BROWSER,
  fn: async () => {
    await using browser = await launchBrowser();
    const page = await browser.newPage();
    await throughRestart(async (url) => {
      // Other answers than the page itself forbid all connections.
      await page.goto(url);
      return {
        EventSource: new PageFollower(url, page, "eventSource").start(),
        WebSocket: new PageFollower(url, page, "webSocket").start(),
      };
    });
  },
});
