/** The filters that are set, each with a button that removes it. */
import {
  type Filter,
  FILTER_LABELS,
  type FilterName,
  namesIn,
  valueWords,
} from "../events/filter.ts";

/** Properties of {@link FilterChips}. */
export interface FilterChipsProps {
  readonly filter: Filter;
  readonly remove: (names: readonly FilterName[]) => void;
}

/** The chips; nothing where no filter is set. */
export function FilterChips({ filter, remove }: FilterChipsProps) {
  const names = namesIn(filter);
  if (names.length === 0) return null;
  return (
    <ul className="chips" aria-label="Filters that are set">
      {names.map((name) => (
        <li key={name}>
          <button type="button" className="chip" onClick={() => remove([name])}>
            <span className="quiet">{FILTER_LABELS[name]}</span>{" "}
            {valueWords(name, filter[name] ?? "")}
            <span aria-hidden="true">×</span>
            <span className="unseen">, remove</span>
          </button>
        </li>
      ))}
      {names.length < 2 ? null : (
        <li>
          <button type="button" data-kind="bare" onClick={() => remove(names)}>Clear all</button>
        </li>
      )}
    </ul>
  );
}
