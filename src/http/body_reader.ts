/** Reads the body of a request piece by piece, each within a time. */

/** What came: a piece, the end of the body (null), the end of the connection, or nothing in time. */
export type Piece = Uint8Array | null | "gone" | "late";

const readers = new WeakMap<Request, BodyReader>();

/**
 * Reads one body. The runtime cannot take a read back: one that was late goes on, and who reads next takes
 * it up.
 */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #reading: Promise<Piece> | null = null;

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** The one who reads a request's body; null where it has none, or none that can be read, as of GET. */
  static of(request: Request): BodyReader | null {
    const known = readers.get(request);
    if (known !== undefined || request.body === null) return known ?? null;
    const reader = new BodyReader(request.body);
    readers.set(request, reader);
    return reader;
  }

  /** What comes within some milliseconds. */
  async next(withinMs: number): Promise<Piece> {
    const reading = this.#reading ??= this.#read();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), Math.max(0, withinMs));
    });
    const piece = await Promise.race([reading, late]);
    clearTimeout(timer);
    if (piece !== "late") this.#reading = null;
    return piece;
  }

  /** Reads no more. To be called while no read is late: the runtime would not end the connection. */
  async giveUp(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }

  async #read(): Promise<Piece> {
    try {
      return (await this.#reader.read()).value ?? null;
    } catch {
      return "gone";
    }
  }
}
