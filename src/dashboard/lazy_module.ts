/** Code that is loaded when it is shown, or before, when there is time. */
import { useEffect, useReducer, useState } from "react";

/** A module that is loaded once. */
export interface LazyModule<Module> {
  /** Loads it, if nobody has. Where that fails it is tried again when it is used. */
  preload(): void;
  /**
   * The module, or null as long as it is under way; the component is rendered again when it is there.
   *
   * @throws why it could not be loaded; a component that is made anew tries again
   */
  use(): Module | null;
}

/** @param load such as `() => import("./views.tsx")` */
export function lazyModule<Module>(load: () => Promise<Module>): LazyModule<Module> {
  let loading: Promise<void> | null = null;
  let module: Module | null = null;
  const begin = () =>
    loading ??= load().then((loaded) => {
      module = loaded;
    }).catch((error) => {
      loading = null;
      throw error;
    });
  const use = () => {
    const [, redraw] = useReducer((count: number) => count + 1, 0);
    const [failure, fail] = useState<unknown>(null);
    useEffect(() => {
      if (module === null) begin().then(redraw, fail);
    }, []);
    if (failure !== null) throw failure;
    return module;
  };
  return { preload: () => void begin().catch(() => {}), use };
}
