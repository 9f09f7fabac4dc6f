/** A file that appears whole or not at all. */
import { CommandError } from "./command.ts";

/**
 * Writes pieces of text to a file beside `path`, and gives it that name when all are on disk. Where
 * anything fails nothing is left behind and what was at `path` stays.
 *
 * @throws {CommandError} where the file cannot be written
 */
export function writeAtomically(path: string, pieces: Iterable<string>): void {
  const part = `${path}.${Deno.pid}.part`;
  const encoder = new TextEncoder();
  try {
    const file = Deno.openSync(part, { write: true, createNew: true });
    try {
      for (const piece of pieces) {
        const bytes = encoder.encode(piece);
        for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
      }
      file.syncSync();
    } finally {
      file.close();
    }
    Deno.renameSync(part, path);
  } catch (error) {
    try {
      Deno.removeSync(part);
    } catch {
      // It was never made, or the disk is gone: the reason below says more than this one.
    }
    if (error instanceof Deno.errors.NotCapable) {
      const allowed = "an export may only be written inside the project's folder or PNL_DATA_DIR";
      throw new CommandError(`Cannot write ${path}: ${allowed}`, { cause: error });
    }
    if (!(error instanceof Error) || "code" in error && error.name.endsWith("Error")) throw error;
    throw new CommandError(`Cannot write ${path}: ${error.message}`, { cause: error });
  }
}
