/** From the command line to an exit code: finds the subcommand, parses, runs it, words what failed. */
import { parseArgs } from "node:util";
import { type Command, CommandError, parseOptions, UsageError } from "./command.ts";
import { ConfigError, type Environment } from "./config.ts";
import { commandHelp, programHelp } from "./help.ts";
import { nearest } from "./nearest.ts";
import { OutputClosedError, print, printError } from "./output.ts";

/** A subcommand that is loaded only when it is asked for. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

function didYouMean(typed: string, names: readonly string[], prefix = ""): string {
  const near = nearest(typed, names);
  return near === null ? "" : `; did you mean ${prefix}${near}?`;
}

/** @throws {UsageError} on an unknown option, a missing value, a positional too many */
function parse(command: Command, args: readonly string[]) {
  const options = parseOptions(command);
  for (const arg of args) {
    const name = /^--(?:no-)?([^=]+)/.exec(arg)?.[1];
    if (arg === "--") break;
    if (name !== undefined && !Object.hasOwn(options, name)) {
      const meant = didYouMean(name, Object.keys(options), "--");
      throw new UsageError(`${command.name} has no option --${name}${meant}`);
    }
  }
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const most = command.positionals?.length ?? 0;
    const count = parsed.positionals.length;
    const fits = count <= most && count >= (command.leastPositionals ?? most);
    if (parsed.values.help !== true && !fits) {
      const extra = parsed.positionals[most];
      throw new UsageError(
        extra === undefined
          ? `${command.name} needs <${command.positionals?.[count]}>`
          : `${command.name} takes no argument ${JSON.stringify(extra)}`,
      );
    }
    return parsed;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${command.name}: ${said.split("\n")[0]}`);
  }
}

/** True for an error that says to an operator what to do; its stack would only be in the way. */
function isWorded(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    /^[a-z_]+$/.test(error.code);
}

/** What is there contradicts the configuration, so that starting again would change nothing. */
const CONTRADICTIONS: ReadonlySet<string> = new Set(["binding_contradicted", "foreign_log"]);

/** Prints why a command ended, and answers its exit code. */
function report(error: unknown): number {
  if (error instanceof OutputClosedError) return 0;
  if (error instanceof UsageError) {
    printError(`${error.message}\n--help shows what there is.`);
    return 2;
  }
  if (error instanceof ConfigError) {
    printError(error.faults.join("\n"));
    return 2;
  }
  if (isWorded(error) && CONTRADICTIONS.has(error.code)) {
    printError(error.message);
    return 2;
  }
  if (error instanceof CommandError || isWorded(error)) printError(error.message);
  else if (error instanceof Deno.errors.NotCapable) {
    printError(`A permission is missing: ${error.message}. The tasks in deno.json grant it.`);
  } else printError(error instanceof Error ? error.stack ?? error.message : String(error));
  return 1;
}

/**
 * Runs what the command line asks for.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage or environment
 */
export async function runCommandLine(
  args: readonly string[],
  env: Environment,
  commands: readonly CommandEntry[],
): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      print(programHelp(commands));
      return name === undefined ? 2 : 0;
    }
    const entry = commands.find((command) => command.name === name);
    if (entry === undefined) {
      const meant = didYouMean(name, commands.map((command) => command.name));
      throw new UsageError(`There is no subcommand ${JSON.stringify(name)}${meant}`);
    }
    const command = await entry.load();
    const { values, positionals } = parse(command, rest);
    if (values.help === true) {
      print(commandHelp(command));
      return 0;
    }
    return await command.run({
      options: values as Record<string, string | boolean | undefined>,
      positionals,
      env,
    });
  } catch (error) {
    return report(error);
  }
}
