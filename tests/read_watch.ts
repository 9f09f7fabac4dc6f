/** Reads addresses without pause and keeps what each answer said, so that a fault shows in between. */

/** One answer. Fields are null where the answer does not have them. */
export interface Reading {
  /** When it was there, wall-clock milliseconds. */
  readonly at: number;
  readonly path: string;
  /** 0 where no answer came. */
  readonly status: number;
  readonly from: string | null;
  readonly confirmed: boolean | null;
  /** Offset of the stream position. */
  readonly offset: number | null;
  readonly tookMs: number;
}

const PAUSE_MS = 25;
/** A read that takes longer is a failure. */
const PATIENCE_MS = 2_000;

async function read(base: string, path: string): Promise<Reading> {
  const started = performance.now();
  let status = 0;
  let body: { served?: { from?: string; confirmed?: boolean; pos?: string } } = {};
  try {
    const response = await fetch(base + path, { signal: AbortSignal.timeout(PATIENCE_MS) });
    status = response.status;
    body = await response.json();
  } catch {
    // No answer, or half of one: the status says so.
    status = 0;
  }
  const { from = null, confirmed = null, pos = null } = body.served ?? {};
  return {
    at: Date.now(),
    path,
    status,
    from,
    confirmed,
    offset: pos === null ? null : Number(pos.split(":")[1]),
    tookMs: performance.now() - started,
  };
}

/** Reads some paths of one server in turn until it is stopped. */
export class ReadWatch implements AsyncDisposable {
  readonly readings: Reading[] = [];
  readonly #running: Promise<void>;
  #stopped = false;

  /**
   * @param base such as `http://127.0.0.1:3000`
   * @param paths the paths of a round; asked anew for each round
   */
  constructor(base: string, paths: () => readonly string[]) {
    this.#running = this.#run(base, paths);
  }

  /** Answers that are none, or that are the server's fault. */
  get failures(): Reading[] {
    return this.readings.filter(({ status }) => status === 0 || status >= 500);
  }

  /** Readings of a path within some time. */
  between(path: string, from: number, to = Infinity): Reading[] {
    return this.readings.filter((each) => each.path === path && each.at >= from && each.at <= to);
  }

  async #run(base: string, paths: () => readonly string[]): Promise<void> {
    while (!this.#stopped) {
      for (const path of paths()) {
        if (!this.#stopped) this.readings.push(await read(base, path));
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** Ends with the answer that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
