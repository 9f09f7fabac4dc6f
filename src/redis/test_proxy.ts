/** A proxy in front of a Redis server that does what networks do: for tests. */
import { RespCommands } from "./test_resp_commands.ts";

/** The proxy. What it does to one command it does to the next that contains a text, such as `evalsha`. */
export interface FaultyProxy extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** How many connections are open. */
  readonly connections: number;
  /** Breaks all connections. */
  reset(): void;
  /** Stands in front of another server from now on, and breaks all connections: a failover. */
  retarget(port: number): void;
  /** Whether new connections are broken at once. */
  refuse(on: boolean): void;
  /** Whether nothing passes any more, while all connections stay open. */
  hang(on: boolean): void;
  /** Each command is passed on so much later, milliseconds. */
  delay(ms: number): void;
  /** Breaks the connections after so many bytes of commands from now on. */
  drop(afterBytes: number): void;
  /** Lets the command through and breaks the connection instead of answering. Resolves then. */
  loseReply(text: string): Promise<void>;
  /** The next such command, as it was sent. It is passed on as well. */
  record(text: string): Promise<Uint8Array>;
  /** Holds the next such command back while something is done. Resolves, or rejects, with that. */
  before(text: string, act: () => Promise<void>): Promise<void>;
  /** Sends a command over a connection of its own. Gives the answer as it came. */
  replay(command: Uint8Array): Promise<string>;
}

/** The two ends of one connection. */
interface Pair {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
  /** Called with the next answer, which is then not passed on. */
  swallow: (() => void) | null;
}

/** What is to happen to the next command that contains a text. */
interface Trap {
  readonly text: string;
  /** The command goes on when this is done. */
  spring(command: Uint8Array, pair: Pair): void | Promise<void>;
}

function close(end: Deno.TcpConn): void {
  try {
    end.close();
  } catch {
    // It was closed already.
  }
}

async function writeAll(end: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await end.write(bytes.subarray(at));
}

class Proxy implements FaultyProxy {
  readonly #listener: Deno.TcpListener;
  #to: number;
  readonly #pairs = new Set<Pair>();
  readonly #traps = new Set<Trap>();
  readonly #running = new Set<Promise<void>>();
  #refuses = false;
  #delayMs = 0;
  /** How many bytes of commands still pass. */
  #budget = Infinity;
  /** Resolves when what passes may pass again. */
  #gate = Promise.withResolvers<void>();

  constructor(listener: Deno.TcpListener, to: number) {
    this.#listener = listener;
    this.#to = to;
    this.#gate.resolve();
    this.#track(this.#accept());
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  reset(): void {
    for (const pair of [...this.#pairs]) this.#break(pair);
  }

  retarget(port: number): void {
    this.#to = port;
    this.reset();
  }

  refuse(on: boolean): void {
    this.#refuses = on;
  }

  hang(on: boolean): void {
    if (on) this.#gate = Promise.withResolvers();
    else this.#gate.resolve();
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  drop(afterBytes: number): void {
    this.#budget = afterBytes;
  }

  loseReply(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const spring = (_: Uint8Array, pair: Pair) => {
      pair.swallow = () => {
        this.#break(pair);
        resolve();
      };
    };
    this.#traps.add({ text, spring });
    return promise;
  }

  record(text: string): Promise<Uint8Array> {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    this.#traps.add({ text, spring: resolve });
    return promise;
  }

  before(text: string, act: () => Promise<void>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#traps.add({ text, spring: () => act().then(resolve, reject) });
    return promise;
  }

  async replay(command: Uint8Array): Promise<string> {
    using server = await Deno.connect({ hostname: "127.0.0.1", port: this.#to });
    await writeAll(server, command);
    const buffer = new Uint8Array(65_536);
    const read = await server.read(buffer);
    return new TextDecoder().decode(buffer.subarray(0, read ?? 0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#gate.resolve();
    this.reset();
    await Promise.all(this.#running);
  }

  #track(work: Promise<void>): void {
    const done = work.finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  async #accept(): Promise<void> {
    for (;;) {
      try {
        const client = await this.#listener.accept();
        if (this.#refuses) close(client);
        else this.#track(this.#serve(client));
      } catch {
        return;
      }
    }
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    let server: Deno.TcpConn;
    try {
      server = await Deno.connect({ hostname: "127.0.0.1", port: this.#to });
    } catch {
      close(client);
      return;
    }
    const pair: Pair = { client, server, swallow: null };
    this.#pairs.add(pair);
    try {
      await Promise.race([this.#passCommands(pair), this.#passAnswers(pair)]);
    } catch {
      // One of the ends is gone: so is the connection.
    } finally {
      this.#break(pair);
    }
  }

  async #passCommands(pair: Pair): Promise<void> {
    const commands = new RespCommands();
    const buffer = new Uint8Array(65_536);
    for (let read = await pair.client.read(buffer); read !== null;) {
      for (const command of commands.push(buffer.subarray(0, read))) {
        await this.#gate.promise;
        if (this.#delayMs > 0) await new Promise((done) => setTimeout(done, this.#delayMs));
        await this.#pass(pair, command);
      }
      read = await pair.client.read(buffer);
    }
  }

  async #pass(pair: Pair, command: Uint8Array): Promise<void> {
    if (command.length > this.#budget) {
      await writeAll(pair.server, command.subarray(0, this.#budget));
      this.#budget = Infinity;
      this.reset();
      return;
    }
    this.#budget -= command.length;
    const text = new TextDecoder().decode(command);
    for (const trap of [...this.#traps]) {
      if (!text.includes(trap.text)) continue;
      this.#traps.delete(trap);
      await trap.spring(command, pair);
    }
    await writeAll(pair.server, command);
  }

  async #passAnswers(pair: Pair): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (let read = await pair.server.read(buffer); read !== null;) {
      if (pair.swallow !== null) {
        pair.swallow();
        return;
      }
      await this.#gate.promise;
      await writeAll(pair.client, buffer.subarray(0, read));
      read = await pair.server.read(buffer);
    }
  }

  #break(pair: Pair): void {
    this.#pairs.delete(pair);
    close(pair.client);
    close(pair.server);
  }
}

/** @param port of the server, on 127.0.0.1 */
export function startFaultyProxy(port: number): Promise<FaultyProxy> {
  return Promise.resolve(new Proxy(Deno.listen({ hostname: "127.0.0.1", port: 0 }), port));
}
