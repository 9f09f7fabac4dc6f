/** Tells the reader's own movements of the chart from the page's. */

/** A movement is at rest after so many milliseconds. */
const REST_MS = 200;
/** A chart goes on moving for a while after the hand has let go. */
const MOMENTUM_MS = 2_000;
const TYPES = ["wheel", "pointermove", "touchmove"] as const;

/** Listens to an element that a chart is in. */
export class Gestures {
  readonly #host: HTMLElement;
  readonly #rested: () => void;
  #touchedAt = -Infinity;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /** @param rested a movement has come to rest */
  constructor(host: HTMLElement, rested: () => void) {
    this.#host = host;
    this.#rested = rested;
    for (const type of TYPES) host.addEventListener(type, this.#touched, true);
  }

  /** True while the reader moves the chart. */
  get moving(): boolean {
    return this.#rest !== undefined;
  }

  /** The chart shows another span, which the page did not ask for. */
  ranged(): void {
    if (performance.now() - this.#touchedAt > MOMENTUM_MS) return;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#rested();
    }, REST_MS);
  }

  /** Listens no more. */
  close(): void {
    clearTimeout(this.#rest);
    for (const type of TYPES) this.#host.removeEventListener(type, this.#touched, true);
  }

  readonly #touched = (event: Event): void => {
    // A wheel over the chart scrolls the page, as everywhere, until the reader means the chart.
    if (event instanceof WheelEvent && !this.#isMeant(event)) return event.stopPropagation();
    if (event instanceof PointerEvent && event.buttons === 0) return;
    this.#touchedAt = performance.now();
  };

  #isMeant({ ctrlKey, metaKey, deltaX, deltaY }: WheelEvent): boolean {
    return ctrlKey || metaKey || Math.abs(deltaX) > Math.abs(deltaY) ||
      this.#host.contains(document.activeElement);
  }
}
