/** Reads the body of a request piece by piece, each within a time. */

/** What came: a piece, the end of the body (null), the end of the connection, or nothing in time. */
export type Piece = Uint8Array | null | "gone" | "late";

/** Bytes of a piece at most: so much is held for each body that is waited for, */
const PIECE = 4 * 1024;
/** and so much for one that pours in, of which small pieces would keep the process busy. */
const LARGE_PIECE = 64 * 1024;

const readers = new WeakMap<Request, BodyReader>();

/** Gives the pieces of a body, each in a buffer that is given. */
interface Pieces {
  read(buffer: ArrayBufferLike): Promise<{
    readonly value?: Uint8Array | undefined;
    readonly done: boolean;
  }>;
  cancel(): Promise<void>;
}

/** A body that was there with its head has a buffer of its own; what is to come takes ours. */
function piecesOf(body: ReadableStream<Uint8Array>): Pieces {
  try {
    const reader = body.getReader({ mode: "byob" });
    return {
      read: (buffer) => reader.read(new Uint8Array(buffer)),
      cancel: () => reader.cancel(),
    };
  } catch {
    return body.getReader();
  }
}

/**
 * Reads one body. The runtime cannot take a read back: one that was late goes on, and who reads next takes
 * it up.
 */
export class BodyReader {
  readonly #reader: Pieces;
  /** Each piece takes the place of the one before. */
  #buffer: ArrayBufferLike = new ArrayBuffer(PIECE);
  #reading: Promise<Piece> | null = null;

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = piecesOf(body);
  }

  /** The one who reads a request's body; null where it has none, or none that can be read, as of GET. */
  static of(request: Request): BodyReader | null {
    const known = readers.get(request);
    if (known !== undefined || request.body === null) return known ?? null;
    const reader = new BodyReader(request.body);
    readers.set(request, reader);
    return reader;
  }

  /** What comes within some milliseconds. A piece is good until the next is asked for. */
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
      const { value, done } = await this.#reader.read(this.#buffer);
      if (done || value === undefined) return null;
      const size = value.byteLength < value.buffer.byteLength ? PIECE : LARGE_PIECE;
      this.#buffer = value.buffer.byteLength === size ? value.buffer : new ArrayBuffer(size);
      return value;
    } catch {
      return "gone";
    }
  }
}
