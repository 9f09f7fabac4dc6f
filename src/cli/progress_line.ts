/** Shows how far a long piece of work is: one line that moves on a terminal, a line now and then elsewhere. */
import type { ReplayProgress } from "../projection/progress.ts";
import { writeError } from "./output.ts";

const BAR = 24;
const TERMINAL_EVERY_MS = 100;
const ELSEWHERE_EVERY_MS = 5_000;

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `[#####---] 45 %  123,456 of 274,000  98,000/s  2 s to go`. */
export function progressText({ position, total, rate, etaMs, lastError }: ReplayProgress): string {
  const share = total === 0 ? 1 : Math.min(1, position / total);
  const full = Math.round(share * BAR);
  const count = (value: number) => value.toLocaleString("en-US");
  return [
    `[${"#".repeat(full)}${"-".repeat(BAR - full)}] ${Math.floor(share * 100)} %`,
    `${count(position)} of ${count(total)}`,
    ...(rate === null ? [] : [`${count(rate)}/s`]),
    ...(etaMs === null || share === 1 ? [] : [`${duration(etaMs)} to go`]),
    ...(lastError === null ? [] : [`last error: ${lastError}`]),
  ].join("  ");
}

/** Where progress is shown. */
export interface ProgressOutput {
  readonly isTerminal: boolean;
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  write(text: string): void;
}

/** Standard error, which leaves standard output to the result. */
export function standardError(): ProgressOutput {
  return {
    isTerminal: Deno.stderr.isTerminal(),
    now: () => performance.now(),
    write: writeError,
  };
}

/** Shows progress now and then. */
export class ProgressLine {
  readonly #output: ProgressOutput;
  #shownAt = -Infinity;
  #width = 0;

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  /** Shows the progress, unless the last time was a moment ago. */
  show(progress: ReplayProgress): void {
    const { isTerminal } = this.#output;
    const now = this.#output.now();
    const every = isTerminal ? TERMINAL_EVERY_MS : ELSEWHERE_EVERY_MS;
    if (now - this.#shownAt < every) return;
    this.#shownAt = now;
    const text = progressText(progress);
    this.#output.write(isTerminal ? `\r${text.padEnd(this.#width)}` : `${text}\n`);
    this.#width = text.length;
  }

  /** Clears the line on a terminal. */
  end(): void {
    if (this.#output.isTerminal && this.#width > 0) {
      this.#output.write(`\r${" ".repeat(this.#width)}\r`);
    }
    this.#width = 0;
  }
}
