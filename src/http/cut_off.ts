/**
 * Ends a connection on which more of a body comes than is wanted. The runtime has no call for it, and goes
 * on reading such a body for as long as it comes; but where an answer's own body fails it closes the
 * connection. So the answer is sent but for its last byte, a line break. That follows where the request's
 * body ends soon; else the answer fails.
 */

import { MOST_BODY_BYTES } from "./bounds.ts";

/** An answer is on its way after so long, milliseconds: what was not sent when it fails is lost. */
const SENT_MS = 500;
/** A body may go on for so long, milliseconds, */
const PATIENCE_MS = 1_000;
/** and for so many bytes. */
const MOST_BYTES = 1024 * 1024;

/** Reads what is left of a body. True where it ended within the bounds; else it is given up. */
async function drain(body: ReadableStream<Uint8Array>): Promise<boolean> {
  const reader = body.getReader();
  const read = async () => {
    for (let bytes = 0; bytes <= MOST_BYTES && !late;) {
      const { value, done } = await reader.read();
      if (done) return true;
      bytes += value.length;
    }
    return false;
  };
  let late = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      late = true;
      resolve(false);
    }, PATIENCE_MS);
  });
  const ended = await Promise.race([read().catch(() => false), patience]);
  clearTimeout(timer);
  if (ended) return true;
  await reader.cancel().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, SENT_MS));
  return false;
}

/**
 * True where the request's body ends soon, or has ended. That of a GET cannot be read, nor one that was
 * given up.
 */
async function endsSoon({ body }: Request): Promise<boolean> {
  if (body !== null && !body.locked) return await drain(body);
  await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  return false;
}

/** True for answers to requests whose body is not wanted any more, and may be long. */
export function isCutOff({ headers }: Request, { status }: Response): boolean {
  if (status === 408 || status === 413) return true;
  return status >= 400 && (headers.has("transfer-encoding") ||
    Number(headers.get("content-length") ?? 0) > MOST_BODY_BYTES);
}

/**
 * An answer with which the connection ends, unless the body of the request does.
 *
 * @param response one whose body is text
 */
export async function cutOff(request: Request, response: Response): Promise<Response> {
  const text = await response.text();
  const { headers, status } = response;
  const bytes = new TextEncoder().encode(`${text}\n`);
  const body = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      controller.enqueue(bytes.subarray(0, -1));
      // What is slow has had its time.
      if (status === 408) await new Promise((resolve) => setTimeout(resolve, SENT_MS));
      else if (await endsSoon(request)) controller.enqueue(bytes.subarray(-1));
      controller.close();
    },
  });
  const cut = new Response(body, { status, headers });
  cut.headers.set("content-length", String(bytes.length));
  cut.headers.set("connection", "close");
  return cut;
}
