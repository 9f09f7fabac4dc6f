/** What the organization spends at Anthropic: amounts per UTC day and price line. */
import type { Random } from "./random.ts";

/** A price line of the cost report. */
export interface CostLine {
  readonly workspace: string | null;
  readonly description: string;
  readonly model: string | null;
  readonly costType: "tokens" | "web_search" | "code_execution";
  readonly tokenType: string | null;
  readonly serviceTier: "standard" | "batch" | null;
  readonly contextWindow: "0-200k" | "200k-1M" | null;
  /** How much of the spend it gets, relative to the others. */
  readonly weight: number;
}

const OPUS = "claude-opus-5";
const SONNET = "claude-sonnet-5";
const TEAM = "wrkspc_01SandboxTeam00000000000";

function tokens(
  workspace: string | null,
  model: string,
  kind: string,
  tokenType: string,
  weight: number,
  serviceTier: "standard" | "batch" = "standard",
): CostLine {
  const name = model === OPUS ? "Claude Opus 5" : "Claude Sonnet 5";
  const tier = serviceTier === "batch" ? " (Batch)" : "";
  return {
    workspace,
    description: `${name} Usage - ${kind}${tier}`,
    model,
    costType: "tokens",
    tokenType,
    serviceTier,
    contextWindow: "0-200k",
    weight,
  };
}

/** The lines, fixed; a day's amounts are a list in this order. */
export const COST_LINES: readonly CostLine[] = [
  tokens(null, OPUS, "Input Tokens", "uncached_input_tokens", 5),
  tokens(null, OPUS, "Output Tokens", "output_tokens", 8),
  tokens(null, OPUS, "Input Tokens, Cache Read", "cache_read_input_tokens", 2),
  tokens(null, SONNET, "Input Tokens, Cache Write", "cache_creation.ephemeral_5m_input_tokens", 2),
  tokens(TEAM, OPUS, "Output Tokens", "output_tokens", 3),
  tokens(TEAM, SONNET, "Input Tokens", "uncached_input_tokens", 3),
  tokens(TEAM, SONNET, "Output Tokens", "output_tokens", 4),
  tokens(TEAM, SONNET, "Output Tokens", "output_tokens", 1, "batch"),
  {
    workspace: null,
    description: "Web Search Usage",
    model: null,
    costType: "web_search",
    tokenType: null,
    serviceTier: null,
    contextWindow: null,
    weight: 1,
  },
];

const WEIGHTED = COST_LINES.flatMap((line, index) => Array<number>(line.weight).fill(index));

/** Costs by day, in 1e-5 cents (1e-7 dollars). One row of nine numbers a day. */
export class Costs {
  /** Days since the epoch to the amounts of {@link COST_LINES}; a day without spend is not in it. */
  readonly days = new Map<number, number[]>();

  constructor(readonly random: Random) {}

  /** Spends on a day: up to `max`, on a random line. */
  spend(day: number, max: number): void {
    this.#add(day, this.random.pick(WEIGHTED), this.random.between(1, max));
  }

  /** Corrects a line of a day of the last three by up to a twentieth, either way; never below nothing. */
  revise(today: number): void {
    const day = today - this.random.between(0, 2);
    const line = this.random.pick(WEIGHTED);
    const amount = this.days.get(day)?.[line] ?? 0;
    if (amount < 20) return;
    this.#add(day, line, this.random.between(-Math.floor(amount / 20), Math.floor(amount / 20)));
  }

  /** The sum of a day, 1e-5 cents. */
  total(day: number): number {
    return (this.days.get(day) ?? []).reduce((sum, amount) => sum + amount, 0);
  }

  #add(day: number, line: number, amount: number): void {
    const amounts = this.days.get(day) ?? COST_LINES.map(() => 0);
    amounts[line] = (amounts[line] ?? 0) + amount;
    this.days.set(day, amounts);
  }
}
