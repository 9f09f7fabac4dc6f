/**
 * Ends a connection on which more of a body comes than is wanted. The runtime has no call for it; but where
 * an answer's own body fails it closes the connection, unless a read of the request's body is under way.
 * So such an answer lacks its last byte, a line break.
 *
 * What comes while an answer is under way the runtime keeps, however much it is
 * (https://github.com/denoland/deno/pull/36869). So what is left of a body is read before the answer.
 */
import { BodyReader } from "./body_reader.ts";
import { MOST_BODY_BYTES } from "./bounds.ts";

/** How much of a body is read on, milliseconds and bytes. */
interface Patience {
  readonly ms: number;
  readonly bytes: number;
}

/** Before the answer: it is whole where the body ends meanwhile. */
const BEFORE = { ms: 1_000, bytes: 1024 * 1024 };
/** Who was slow has had his time. */
const NONE = { ms: 0, bytes: 0 };
/** After the answer: who sends on while the connection ends may lose what he has not read yet. */
const AFTER = { ms: 500, bytes: 1024 * 1024 };
/** The same for a body that cannot be read, of which all that comes is kept. */
const UNREAD_MS = 20;
/** Who sends nothing more gets the last byte after so long, milliseconds: he may wait for it. */
const HELD_MS = 5_000;

/** True for answers to requests whose body is not wanted any more, and may be long. */
export function isCutOff({ headers }: Request, { status }: Response): boolean {
  if (status === 408 || status === 413) return true;
  return status >= 400 && (headers.has("transfer-encoding") ||
    Number(headers.get("content-length") ?? 0) > MOST_BODY_BYTES);
}

/** What became of a body: it ended, goes on, or nothing of it came any more. */
type Rest = "ended" | "goes on" | "waits";

/** Reads what is left of a body. */
async function drain(reader: BodyReader, { ms, bytes }: Patience): Promise<Rest> {
  const until = performance.now() + ms;
  for (let read = 0; read <= bytes;) {
    const piece = await reader.next(until - performance.now());
    if (piece === null || piece === "gone") return "ended";
    if (piece === "late") return "waits";
    read += piece.length;
  }
  return "goes on";
}

/** Reads on while an answer is on its way. True where it is to be whole; else the body was given up. */
async function endsAfter(reader: BodyReader | null, before: Rest): Promise<boolean> {
  if (reader === null) {
    await new Promise((resolve) => setTimeout(resolve, UNREAD_MS));
    return false;
  }
  const rest = before === "waits" ? before : await drain(reader, AFTER);
  if (rest === "ended") return true;
  if (rest === "waits" && !(await reader.next(HELD_MS) instanceof Uint8Array)) return true;
  await reader.giveUp();
  return false;
}

/** An answer with another body, which says how long it is, and that the connection ends. */
function closing(response: Response, body: ReadableStream<Uint8Array>, length: number): Response {
  const cut = new Response(body, { status: response.status, headers: response.headers });
  cut.headers.set("content-length", String(length));
  cut.headers.set("connection", "close");
  return cut;
}

/**
 * The answer, after which the connection ends where the body of the request does not.
 *
 * @param response one whose body is text
 */
export async function cutOff(request: Request, response: Response): Promise<Response> {
  const reader = BodyReader.of(request);
  const before = response.status === 408 ? NONE : BEFORE;
  const rest = reader === null ? "goes on" : await drain(reader, before);
  if (rest === "ended") return response;
  const bytes = new TextEncoder().encode(`${await response.text()}\n`);
  const body = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      controller.enqueue(bytes.subarray(0, -1));
      if (await endsAfter(reader, rest)) controller.enqueue(bytes.subarray(-1));
      controller.close();
    },
  });
  return closing(response, body, bytes.length);
}
