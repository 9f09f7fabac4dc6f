/** Standard output and standard error, written whole and in order. */

import { CommandError } from "./command.ts";
import { Redactor } from "./logging_redaction.ts";

const redactor = new Redactor([]);
const encoder = new TextEncoder();

/** The reader of standard output went away; no fault of the command. */
export class OutputClosedError extends Error {
  readonly code = "output_closed";
  constructor() {
    super("Standard output was closed by its reader");
    this.name = "OutputClosedError";
  }
}

function writeAll(
  target: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array<ArrayBuffer>,
): void {
  for (let written = 0; written < bytes.length;) {
    try {
      written += target.writeSync(bytes.subarray(written));
    } catch (error) {
      if (error instanceof Deno.errors.WouldBlock) continue;
      if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosedError();
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandError(`Cannot write the output: ${why}`, { cause: error });
    }
  }
}

/**
 * Writes text to standard output as it is.
 *
 * @throws {OutputClosedError} where the reader has gone, as `head` does
 * @throws {CommandError} where it takes nothing, as a full disk does
 */
export function write(text: string): void {
  writeAll(Deno.stdout, encoder.encode(text));
}

/** Writes a line to standard output. */
export function print(line: string): void {
  write(`${line}\n`);
}

/** Writes text to standard error as it is. Where that fails there is nowhere left to say so. */
export function writeError(text: string): void {
  try {
    writeAll(Deno.stderr, encoder.encode(text));
  } catch (error) {
    if (!(error instanceof OutputClosedError || error instanceof CommandError)) throw error;
  }
}

/** Writes a line to standard error without what looks like a secret; as {@link writeError}. */
export function printError(line: string): void {
  writeError(`${redactor.text(line)}\n`);
}

/** Writes a value as one line of JSON to standard output. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}
