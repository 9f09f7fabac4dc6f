/** Finds the commands in the bytes that a client sends to Redis. For the tests' proxy. */

const CR = 13;

/**
 * Cuts a client's bytes into commands: RESP arrays of bulk strings.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export class RespCommands {
  #rest = new Uint8Array();

  /** Takes the next bytes, and gives the commands that are whole by now, each as it was sent. */
  push(bytes: Uint8Array): Uint8Array[] {
    const joined = new Uint8Array(this.#rest.length + bytes.length);
    joined.set(this.#rest);
    joined.set(bytes, this.#rest.length);
    const commands: Uint8Array[] = [];
    let start = 0;
    for (let end = commandEnd(joined, 0); end !== null; end = commandEnd(joined, start)) {
      commands.push(joined.slice(start, end));
      start = end;
    }
    this.#rest = joined.slice(start);
    return commands;
  }
}

/** Where the line that begins at `at` says a number, and where the next one begins; null at the end. */
function numberAt(bytes: Uint8Array, at: number): { value: number; next: number } | null {
  const end = bytes.indexOf(CR, at);
  if (end < 0 || end + 2 > bytes.length) return null;
  const value = Number(new TextDecoder().decode(bytes.subarray(at + 1, end)));
  if (!Number.isSafeInteger(value)) throw new Error("Cannot read what a client sends to Redis");
  return { value, next: end + 2 };
}

/** Where the command that begins at `start` ends; null where it is not whole. */
function commandEnd(bytes: Uint8Array, start: number): number | null {
  const count = numberAt(bytes, start);
  if (count === null) return null;
  let at = count.next;
  for (let part = 0; part < count.value; part++) {
    const length = numberAt(bytes, at);
    if (length === null) return null;
    at = length.next + length.value + 2;
  }
  return at <= bytes.length ? at : null;
}
