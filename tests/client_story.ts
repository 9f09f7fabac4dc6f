/** What befell a client, line by line, for the message of a test that fails. */
import type { ClientRun } from "./client_run.ts";

const UTF8 = new TextDecoder();

/** Lines with the time of day, so that they can be laid beside those of a proxy. */
export class ClientStory {
  readonly #lines: string[] = [];

  /** Adds a line. */
  tell(text: string): void {
    this.#lines.push(`${new Date().toISOString()} ${text}`);
  }

  /** `fetch` that tells of event streams: how they were opened, resets, and their end. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const response = await fetch(input, init);
    const { body, headers, status } = response;
    if (!headers.get("content-type")?.startsWith("text/event-stream")) return response;
    const since = new Headers(init?.headers).get("last-event-id");
    this.tell(`event stream ${status} since ${since}`);
    const told = new TransformStream<Uint8Array, Uint8Array>({
      transform: (part, to) => {
        const reset = /event: reset\ndata: (.*)/.exec(UTF8.decode(part));
        if (reset !== null) this.tell(`reset ${reset[1]}`);
        to.enqueue(part);
      },
      flush: () => this.tell("event stream ended"),
    });
    return new Response(body?.pipeThrough(told), { headers, status });
  };

  /** A WebSocket that tells of itself: how it was opened, resets, and its end. */
  get WebSocket() {
    const tell = (text: string) => this.tell(text);
    return class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        const since = new URL(url).searchParams.get("since");
        this.addEventListener("open", () => tell(`socket opened since ${since}`));
        this.addEventListener("message", ({ data }) => {
          if (String(data).startsWith('{"type":"reset"')) tell(data);
        });
        this.addEventListener("close", ({ code, reason }) => tell(`socket ${code} ${reason}`));
      }
    };
  }

  /** Tells of each change of what the client is, and of the finals between. */
  follow({ client, finals }: ClientRun): void {
    let [last, given] = ["", 0];
    client.subscribe(() => {
      const { status, transport, missed, lastError } = client.state;
      const now = [status, transport, `resyncs ${missed.resyncs}`, lastError?.message].join(", ");
      if (now === last) return;
      last = now;
      const since = finals.slice(given);
      given = finals.length;
      if (since.length > 0) this.tell(`finals ${since.join(" ")}`);
      this.tell(`${now}; at ${client.state.position}, late finals ${missed.count}`);
    });
  }

  /** All of it. */
  toString(): string {
    return this.#lines.join("\n");
  }
}
