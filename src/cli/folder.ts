/** The folders of data and logs: made where there are none, known to be writable before they are used. */
import { CommandError } from "./command.ts";
import type { SettingName } from "./settings.ts";

function reason(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "it may not be written";
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return "it is no folder";
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * Makes the folder where there is none, and tries whether it can be written.
 *
 * @throws {CommandError} naming the folder and the setting
 */
export function prepareFolder(path: string, setting: SettingName): void {
  const probe = `${path}/.writable-${Deno.pid}`;
  try {
    Deno.mkdirSync(path, { recursive: true });
    Deno.writeFileSync(probe, new Uint8Array(), { createNew: true });
    Deno.removeSync(probe);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new CommandError(`Cannot use ${path} (${setting}): ${reason(error)}`, { cause: error });
  }
}
