/** The texts of `--help`. */
import type { Command } from "./command.ts";

/** Two columns, the first as wide as its widest entry. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}

/** Help of the whole program. */
export function programHelp(commands: readonly { name: string; summary: string }[]): string {
  return [
    "pnl-stream: live profit and loss, folded from an immutable event log.",
    "",
    "Usage: deno task <subcommand> [options]",
    "",
    columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    "--help after a subcommand says more. Settings come from the environment: see .env.example.",
    "Exit code: 0 done, 1 the check or the work failed, 2 wrong usage or wrong environment.",
  ].join("\n");
}

/** Help of one subcommand. */
export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(([name, option]) =>
    [`--${name}${option.value === undefined ? "" : ` ${option.value}`}`, option.help] as const
  );
  const { positionals: names = [] } = command;
  const positionals = names.map((name, at) =>
    at < (command.leastPositionals ?? names.length) ? ` <${name}>` : ` [<${name}>]`
  ).join("");
  return [
    `${command.name}: ${command.summary}`,
    "",
    `Usage: deno task ${command.name}${positionals} [options]`,
    ...(command.details === undefined ? [] : ["", command.details]),
    "",
    columns([...options, ["--help, -h", "Show this."]]),
  ].join("\n");
}
