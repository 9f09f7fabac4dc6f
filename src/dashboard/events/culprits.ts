/** Why filters let nothing through: which of them is to be removed. */
import { type Filter, type FilterName, namesIn } from "./filter.ts";

/** A filter without which there are events. */
export interface Culprit {
  readonly name: FilterName;
  /** True where nothing matches it even without the others. */
  readonly alone: boolean;
}

/**
 * The filters that exclude everything: those that nothing matches by themselves; else those without
 * which the others let something through; else none, and only all together can be removed.
 *
 * @param hasAny asks whether any event matches some of the filters
 */
export async function findCulprits(
  filter: Filter,
  hasAny: (names: readonly FilterName[]) => Promise<boolean>,
): Promise<Culprit[]> {
  const names = namesIn(filter);
  const matched = await Promise.all(names.map((name) => hasAny([name])));
  const alone = names.filter((_, index) => matched[index] === false);
  if (alone.length > 0) return alone.map((name) => ({ name, alone: true }));
  const rest = await Promise.all(
    names.map((name) => hasAny(names.filter((other) => other !== name))),
  );
  return names.filter((_, index) => rest[index] === true).map((name) => ({ name, alone: false }));
}
