/**
 * Metrics as text, in Prometheus's exposition format 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import type { HistogramCounts } from "./histogram.ts";

/** Media type of the text. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Labels of a sample. Their values come from small fixed sets: each new one is a new series for ever. */
export type Labels = Readonly<Record<string, string>>;

/** A sample of a family; null: not known now, and left out. */
export type Sample = readonly [labels: Labels, value: number | boolean | null];

/** A histogram of a family. */
export type HistogramSample = readonly [labels: Labels, counts: HistogramCounts];

const METRIC_NAME = /^[a-z_][a-z0-9_]*$/;

/** A help text, with what would end it escaped. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${escaped(value).replaceAll('"', '\\"')}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Collects families of metrics and writes them. A family without samples is left out. */
export class Exposition {
  readonly #lines: string[] = [];
  readonly #names = new Set<string>();

  /** Something that only grows, from 0 at the start of what counts it; its name ends in `_total`. */
  counter(name: string, help: string, samples: readonly Sample[]): void {
    this.#family(name, "counter", help, samples);
  }

  /** Something that goes up and down. A flag is 1 or 0. */
  gauge(name: string, help: string, samples: readonly Sample[]): void {
    this.#family(name, "gauge", help, samples);
  }

  /** One gauge for each of several states, 1 for that which holds. */
  state(name: string, help: string, states: readonly string[], current: string): void {
    this.gauge(name, help, states.map((state) => [{ state }, state === current]));
  }

  /** Distributions. */
  histogram(name: string, help: string, samples: readonly HistogramSample[]): void {
    if (samples.length === 0) return;
    this.#head(name, "histogram", help);
    for (const [labels, { buckets, count, sum }] of samples) {
      for (const { bound, count } of buckets) {
        this.#lines.push(`${name}_bucket${labelText({ ...labels, le: String(bound) })} ${count}`);
      }
      this.#lines.push(
        `${name}_bucket${labelText({ ...labels, le: "+Inf" })} ${count}`,
        `${name}_sum${labelText(labels)} ${sum}`,
        `${name}_count${labelText(labels)} ${count}`,
      );
    }
  }

  /** The text so far. */
  text(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  #family(name: string, type: string, help: string, samples: readonly Sample[]): void {
    const known = samples.filter(([, value]) => value !== null);
    if (known.length === 0) return;
    this.#head(name, type, help);
    for (const [labels, value] of known) {
      this.#lines.push(`${name}${labelText(labels)} ${Number(value)}`);
    }
  }

  #head(name: string, type: string, help: string): void {
    if (!METRIC_NAME.test(name)) throw new RangeError(`Cannot expose ${name}: no name of a metric`);
    if (this.#names.has(name)) throw new RangeError(`Cannot expose ${name}: it is exposed already`);
    this.#names.add(name);
    this.#lines.push(`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`);
  }
}
