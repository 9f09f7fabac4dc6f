/** Which rows of a long list are on the screen: only those are drawn. */
import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

/** Rows drawn beyond the screen on either side, and the step in which the span moves. */
const BEYOND = 15;
const STEP = 5;
/** Height of a row before one was measured, in pixels. */
const ASSUMED = 36;

/** The rows that are drawn. */
export interface RowsInView {
  readonly from: number;
  readonly to: number;
  /** Height of a row in pixels. */
  readonly height: number;
  /** Rows above the screen. */
  readonly above: number;
}

/** The span of rows around the screen, in steps. @param top the first row's distance from the screen's top */
export function spanOf(total: number, height: number, top: number, screen: number) {
  const first = Math.max(0, Math.floor(-top / height));
  const last = Math.ceil((screen - top) / height);
  const from = Math.max(0, Math.floor((first - BEYOND) / STEP) * STEP);
  const to = Math.min(total, Math.max(0, Math.ceil((last + BEYOND) / STEP) * STEP));
  return { from: Math.min(from, to), to, above: Math.min(first, total) };
}

/** What stays at the top of the screen is told to the styles: heads of tables stay below it. */
function measureHeader(): void {
  const height = document.querySelector<HTMLElement>(".header")?.offsetHeight ?? 0;
  document.documentElement.style.setProperty("--header-height", `${height}px`);
}

/**
 * Follows the reader's scrolling of the page.
 *
 * @param list holds the rows, which are all of one height and have `data-row`
 */
export function useRowsInView(list: RefObject<HTMLElement | null>, total: number): RowsInView {
  const [view, setView] = useState<RowsInView>({ from: 0, to: 0, height: ASSUMED, above: 0 });
  const measure = () => {
    const { current } = list;
    if (current === null) return;
    const height = current.querySelector<HTMLElement>("[data-row]")?.offsetHeight ?? ASSUMED;
    const top = current.getBoundingClientRect().top;
    const next = { height, ...spanOf(total, height, top, innerHeight) };
    setView((now) =>
      now.from === next.from && now.to === next.to && now.height === height &&
        now.above === next.above
        ? now
        : next
    );
  };
  useLayoutEffect(measure);
  useEffect(() => {
    measureHeader();
    addEventListener("resize", measureHeader);
    return () => removeEventListener("resize", measureHeader);
  }, []);
  useEffect(() => {
    let frame = 0;
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(measure);
    };
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", soon);
      removeEventListener("resize", soon);
    };
  });
  return view;
}
