/** A store that changes no more often than eyes can follow. */
import { createStore, type StoreApi } from "zustand/vanilla";

/**
 * A store with the state of another: a change after a quiet time at once, those that follow together,
 * when `spacingMs` have gone by since the last. It follows for ever.
 */
export function paced<State>(
  source: Pick<StoreApi<State>, "getState" | "subscribe">,
  spacingMs: number,
): StoreApi<State> {
  const copy = createStore<State>(() => source.getState());
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting = false;
  const take = () => {
    waiting = false;
    copy.setState(source.getState(), true);
    timer = setTimeout(() => {
      timer = undefined;
      if (waiting) take();
    }, spacingMs);
  };
  source.subscribe(() => {
    if (timer === undefined) take();
    else waiting = true;
  });
  return copy;
}
