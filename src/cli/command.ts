/** What a subcommand is. */
import type { ParseArgsOptionsConfig } from "node:util";
import type { Environment } from "./config.ts";

/** What a subcommand is given. */
export interface CommandContext {
  /** Options by name, as parsed: true, a text, or undefined where not given. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
  readonly env: Environment;
}

/** An option of a subcommand, as the help shows it. */
export interface CommandOption {
  readonly type: "string" | "boolean";
  /** What stands for the value in the help, such as `N`. */
  readonly value?: string;
  readonly help: string;
}

/** A subcommand. */
export interface Command {
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** Paragraphs below the summary in its help. */
  readonly details?: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Names of the positional arguments it takes; none by default. */
  readonly positionals?: readonly string[];
  /** How many of them have to be there; all by default. */
  readonly leastPositionals?: number;
  /**
   * @returns the exit code: 0 done, 1 the check failed
   * @throws {UsageError} on wrong use, exit code 2
   * @throws {ConfigError} on a wrong environment, exit code 2
   */
  run(context: CommandContext): Promise<number> | number;
}

/** The command line cannot be understood. Exit code 2. */
export class UsageError extends Error {
  readonly code = "usage";
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** The work failed for a reason that the operator can see and mend. Exit code 1. */
export class CommandError extends Error {
  readonly code = "command_failed";
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
  }
}

/** The options in the form that `parseArgs` of node:util takes, `--help` among them. */
export function parseOptions(command: Command): ParseArgsOptionsConfig {
  const entries = Object.entries(command.options).map(([name, { type }]) => [name, { type }]);
  return { ...Object.fromEntries(entries), help: { type: "boolean", short: "h" } };
}
