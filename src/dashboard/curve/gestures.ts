/** Tells the reader's own movements of the chart from the page's. */

/** A movement is at rest after so many milliseconds. */
const REST_MS = 200;
/** A chart goes on moving for a while after the hand has let go. */
const MOMENTUM_MS = 2_000;
const TYPES = ["wheel", "pointerdown", "pointermove", "touchmove"] as const;
const RELEASES = ["pointerup", "pointercancel"] as const;

/** Listens to an element that a chart is in. */
export class Gestures {
  readonly #host: HTMLElement;
  readonly #rested: () => void;
  #touchedAt = -Infinity;
  #pressed = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /** @param rested a movement has come to rest */
  constructor(host: HTMLElement, rested: () => void) {
    this.#host = host;
    this.#rested = rested;
    for (const type of TYPES) host.addEventListener(type, this.#touched, true);
    // A hand may let go anywhere.
    for (const type of RELEASES) addEventListener(type, this.#released, true);
  }

  /** True while the reader moves the chart. */
  get moving(): boolean {
    return this.#rest !== undefined;
  }

  /** The chart shows another span, which the page did not ask for. */
  ranged(): void {
    if (this.#pressed || performance.now() - this.#touchedAt < MOMENTUM_MS) this.#wait();
  }

  /** Listens no more. */
  close(): void {
    clearTimeout(this.#rest);
    for (const type of TYPES) this.#host.removeEventListener(type, this.#touched, true);
    for (const type of RELEASES) removeEventListener(type, this.#released, true);
  }

  #wait(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      if (this.#pressed) return this.#wait();
      this.#rest = undefined;
      this.#rested();
    }, REST_MS);
  }

  readonly #released = (): void => void (this.#pressed = false);

  readonly #touched = (event: Event): void => {
    // A wheel over the chart scrolls the page, as everywhere, until the reader means the chart.
    if (event instanceof WheelEvent && !this.#isMeant(event)) return event.stopPropagation();
    if (event instanceof PointerEvent && event.buttons === 0) return;
    if (event.type === "pointerdown") this.#pressed = true;
    this.#touchedAt = performance.now();
  };

  #isMeant({ ctrlKey, metaKey, deltaX, deltaY }: WheelEvent): boolean {
    return ctrlKey || metaKey || Math.abs(deltaX) > Math.abs(deltaY) ||
      this.#host.contains(document.activeElement);
  }
}
