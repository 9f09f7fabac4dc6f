/**
 * WebSocket clients in a process of their own. Arguments: how many, then the addresses that they are
 * spread over. Says `open` when all have their first snapshot; when standard input ends, prints what
 * they got as JSON (`Gathered`), and goes.
 */

/** What the clients of one process got. */
export interface Gathered {
  /** By position: when each client that saw the event first did, in wall-clock milliseconds. */
  readonly arrivals: Readonly<Record<string, readonly number[]>>;
  /** By the offsets of the finals that a client got, in order: how many clients got just these. */
  readonly finals: Readonly<Record<string, number>>;
  /** Frames that named an earlier place than one before on the same connection. */
  readonly backwards: number;
  /** Connections that ended. */
  readonly lost: number;
  readonly frames: number;
}

const HEAD = '{"type":"snapshot","pos":"';
/** The epoch, and the colon after it. */
const EPOCH = 17;
/** Connections opened at once: more would overflow the listener's queue. */
const AT_ONCE = 50;

const arrivals = new Map<number, number[]>();
let frames = 0;
let backwards = 0;
let lost = 0;

/** One client: knows how far it has seen, and which finals came. */
class Client {
  readonly finals: number[] = [];
  /** Offset of the newest frame. */
  #offset = -1;

  /** Opens the socket; resolves at the first snapshot. */
  open(url: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = new WebSocket(url, "pnl.v1");
    socket.onmessage = ({ data }) => {
      if (this.#take(data)) resolve();
    };
    socket.onerror = () => reject(new Error(`Cannot connect to ${url}`));
    socket.onclose = () => lost++;
    return promise;
  }

  #take(text: string): boolean {
    if (!text.startsWith(HEAD)) return false;
    const at = performance.timeOrigin + performance.now();
    frames++;
    const from = HEAD.length + EPOCH;
    const offset = Number(text.slice(from, text.indexOf('"', from)));
    if (offset < this.#offset) backwards++;
    if (offset > this.#offset && offset % 2 === 1) this.finals.push(offset);
    const first = this.#offset < 0;
    for (let p = Math.floor(this.#offset / 2) + 1; !first && p <= offset / 2; p++) note(p, at);
    this.#offset = Math.max(this.#offset, offset);
    return true;
  }
}

function note(position: number, at: number): void {
  const known = arrivals.get(position);
  if (known === undefined) arrivals.set(position, [at]);
  else known.push(at);
}

if (import.meta.main) {
  const [count = "1", ...urls] = Deno.args;
  const clients = Array.from({ length: Number(count) }, () => new Client());
  for (let i = 0; i < clients.length; i += AT_ONCE) {
    const group = clients.slice(i, i + AT_ONCE);
    await Promise.all(group.map((client, at) => client.open(urls[(i + at) % urls.length]!)));
  }
  console.log("open");
  await Deno.stdin.readable.pipeTo(new WritableStream());
  const finals: Record<string, number> = {};
  for (const client of clients) {
    const key = client.finals.join(" ");
    finals[key] = (finals[key] ?? 0) + 1;
  }
  const gathered: Gathered = {
    arrivals: Object.fromEntries(arrivals),
    finals,
    backwards,
    lost,
    frames,
  };
  console.log(JSON.stringify(gathered));
  Deno.exit(0);
}
