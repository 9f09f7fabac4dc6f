/** Reading a response's body within a bound. */
import { UpstreamError } from "./source.ts";

/** The largest answer that is read, in bytes. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * Reads a body as UTF-8 text.
 *
 * @param cap in bytes
 * @throws {UpstreamError} malformed, where the body is longer or not UTF-8
 */
export async function readText(response: Response, cap = MAX_BODY_BYTES): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > cap) {
      throw new UpstreamError("malformed", `The answer is longer than ${cap} bytes`, {
        bytes: size,
      });
    }
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UpstreamError("malformed", "The answer is not UTF-8");
  }
}
