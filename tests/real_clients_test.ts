import { EventSource } from "eventsource";
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { SseClient } from "../src/http/test_streams.ts";
import { throughRestart } from "./real_clients.ts";
import { StreamFollower } from "./stream_follower.ts";

/** `curl -N` in a shell's loop: it names the last event that it was given when it is started again. */
class CurlFollower extends StreamFollower {
  #child: Deno.ChildProcess | null = null;

  protected async follow(since: string | null): Promise<void> {
    if (this.stopped) return;
    const header = since === null ? [] : ["-H", `Last-Event-ID: ${since}`];
    this.#child = new Deno.Command("curl", {
      args: ["-sSN", ...header, `${this.url}/api/pnl/stream`],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const events = new SseClient(new Response(this.#child.stdout));
    for (let event = await events.next(); event !== null; event = await events.next()) {
      if (event.event === "reset") this.reset();
      if (event.event === "snapshot") this.snapshot(event.id ?? "", true);
    }
    await this.#child.status;
  }

  cut(): void {
    try {
      this.#child?.kill();
    } catch {
      // It has ended already.
    }
  }
}

/** npm `eventsource`, which comes back by itself. */
class EventSourceFollower extends StreamFollower {
  #end = () => {};

  protected follow(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const source = new EventSource(`${this.url}/api/pnl/stream`);
    this.#end = () => {
      source.close();
      resolve();
    };
    this.connections = 0;
    source.addEventListener("open", () => this.connections++);
    source.addEventListener("reset", () => this.reset());
    source.addEventListener("snapshot", ({ lastEventId }) => this.snapshot(lastEventId, true));
    return promise;
  }

  cut(): void {
    this.#end();
  }
}

/** npm `ws`, which names the last position in its first frame. */
class WsFollower extends StreamFollower {
  #socket: WebSocket | null = null;

  protected follow(since: string | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = new WebSocket(`${this.url.replace(/^http/, "ws")}/ws`, "pnl.v1");
    this.#socket = socket;
    socket.on("open", () => {
      if (since === null) return;
      socket.send(JSON.stringify({ type: "subscribe", channels: ["pnl"], since }));
    });
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (frame.type === "reset") this.reset();
      if (frame.type === "snapshot") this.snapshot(frame.pos, true);
    });
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    return promise;
  }

  cut(): void {
    this.#socket?.terminate();
  }
}

/** False where this machine has no curl. */
async function hasCurl(): Promise<boolean> {
  try {
    return (await new Deno.Command("curl", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

Deno.test("npm eventsource and npm ws go on where they were when the server is restarted", async () => {
  await throughRestart((url) => ({
    eventsource: new EventSourceFollower(url).start(),
    ws: new WsFollower(url).start(),
  }));
});

Deno.test({
  name: "curl -N goes on where it was when the server is restarted",
  ignore: !await hasCurl() && Deno.env.get("CI") !== "true",
  fn: () => throughRestart((url) => ({ curl: new CurlFollower(url).start() })),
});
