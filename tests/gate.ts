/** A gate between a client and a server: what passes, what is refused, what hangs, and when all is cut. */

/** What happens to a connection. `bad_gateway` is what a proxy answers that knows no WebSockets. */
export type Fate = "pass" | "bad_gateway" | "hang";

const BAD_GATEWAY = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
/** A request's head is read up to this size. */
const MAX_HEAD = 16 * 1024;

/** Forwards bytes to a server on this machine; decides by the path of a connection's first request. */
export class Gate implements Disposable {
  /** The server's port; null where nobody is behind the gate. */
  target: number | null;
  /** What happens to connections that come from now on. */
  fate: (path: string) => Fate = () => "pass";
  /** While true nothing that the server says is passed on. */
  silent = false;
  /** The first line of each request that opened a connection. */
  readonly requests: string[] = [];
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Deno.TcpConn>();

  /** @param target the server's port */
  constructor(target: number) {
    this.target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    void this.#accept();
  }

  /** Such as `http://127.0.0.1:41234`. */
  get origin(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Paths that were asked for, without their queries. */
  get paths(): string[] {
    return this.requests.map((line) => line.split(/[ ?]/)[1] ?? "");
  }

  /** Cuts every connection. */
  cut(): void {
    for (const connection of [...this.#connections]) this.#close(connection);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.cut();
  }

  async #accept(): Promise<void> {
    try {
      for await (const client of this.#listener) {
        this.#connections.add(client);
        void this.#serve(client).catch(() => {}).finally(() => this.#close(client));
      }
    } catch {
      // The gate was closed.
    }
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    const head = await readHead(client);
    const line = new TextDecoder().decode(head).split("\r\n")[0] ?? "";
    this.requests.push(line);
    const fate = this.fate(line.split(/[ ?]/)[1] ?? "");
    if (fate === "bad_gateway") {
      return void await write(client, new TextEncoder().encode(BAD_GATEWAY));
    }
    if (fate === "hang") return void await new Response(client.readable).arrayBuffer();
    if (this.target === null) return;
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
    this.#connections.add(server);
    try {
      await write(server, head);
      await Promise.race([
        pass(client, server, () => true),
        pass(server, client, () => !this.silent),
      ]);
    } finally {
      this.#close(server);
    }
  }

  #close(connection: Deno.TcpConn): void {
    if (!this.#connections.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // It is closed already.
    }
  }
}

async function readHead(connection: Deno.TcpConn): Promise<Uint8Array> {
  const head = new Uint8Array(MAX_HEAD);
  for (let length = 0;;) {
    const read = await connection.read(head.subarray(length));
    if (read === null) throw new Error("The connection ended before a request");
    length += read;
    const text = new TextDecoder().decode(head.subarray(0, length));
    if (text.includes("\r\n\r\n") || length === MAX_HEAD) return head.subarray(0, length);
  }
}

async function write(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await connection.write(bytes.subarray(done));
}

async function pass(from: Deno.TcpConn, to: Deno.TcpConn, passes: () => boolean): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const read = await from.read(buffer);
    if (read === null) return;
    if (passes()) await write(to, buffer.subarray(0, read));
  }
}
