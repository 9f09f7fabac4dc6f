/** Code that is loaded when it is shown, or before, when there is time. */
import { useEffect, useReducer } from "react";

/** A module that is loaded once. */
export interface LazyModule<Module> {
  /** Loads it, if nobody has. A failure is told where the module is used. */
  preload(): void;
  /**
   * The module, or null as long as it is under way; the component is rendered again when it is there.
   *
   * @throws why it could not be loaded; whoever is rendered anew tries again
   */
  use(): Module | null;
}

/** @param load such as `() => import("./views.tsx")` */
export function lazyModule<Module>(load: () => Promise<Module>): LazyModule<Module> {
  let loading: Promise<void> | null = null;
  let module: Module | null = null;
  let failure: unknown = null;
  const begin = () =>
    loading ??= load().then((loaded) => {
      module = loaded;
    }, (error) => {
      failure = error;
      loading = null;
    });
  const use = () => {
    const [, redraw] = useReducer((count: number) => count + 1, 0);
    useEffect(() => {
      if (module === null) void begin().then(redraw);
    }, []);
    if (failure !== null) {
      const reason = failure;
      failure = null;
      throw reason;
    }
    return module;
  };
  return { preload: () => void begin(), use };
}
