/** Reads of an HTTP/1.1 answer what frames it and no more, so that it costs little. */

const LENGTH = new TextEncoder().encode("content-length:");
const CR = 13;
const SPACE = 32;
const ZERO = 48;
/** Where the status stands: after `HTTP/1.1 `. */
const STATUS_AT = 9;

/** True where `bytes` hold the text at `at`, in whatever case. */
function holds(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text[i] && (bytes[at + i]! | 0x20) !== text[i]) return false;
  }
  return true;
}

/** The number that begins at `at`, after spaces. */
function numberAt(bytes: Uint8Array, at: number): number {
  let number = 0;
  while (bytes[at] === SPACE) at++;
  for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO) {
    number = number * 10 + digit;
  }
  return number;
}

/**
 * The status of the answer that begins `bytes`, and how many bytes it has altogether: 0 where its head is
 * not whole, or does not say how long the body is.
 */
export function framed(bytes: Uint8Array): { readonly status: number; readonly length: number } {
  const status = numberAt(bytes, STATUS_AT);
  let body = NaN;
  for (let line = 0, end = 0;; line = end + 2) {
    end = bytes.indexOf(CR, line);
    if (end === line) return { status, length: line + 2 + body || 0 };
    if (end < 0) return { status, length: 0 };
    if (holds(bytes, line, LENGTH)) body = numberAt(bytes, line + LENGTH.length);
  }
}

/**
 * Sends a request and reads the whole answer.
 *
 * @param buffer holds any answer
 * @returns the status
 */
export async function exchange(
  connection: Deno.TcpConn,
  request: Uint8Array,
  buffer: Uint8Array,
): Promise<number> {
  await connection.write(request);
  for (let got = 0;;) {
    const read = await connection.read(buffer.subarray(got));
    if (read === null) throw new Error("The server closed a connection");
    got += read;
    const { status, length } = framed(buffer.subarray(0, got));
    if (length > 0 && got >= length) return status;
  }
}
