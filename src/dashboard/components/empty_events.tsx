/** No event: because the log is empty, or because of a filter, which is named. */
import { useEffect, useState } from "react";
import { requestJson } from "../api.ts";
import { type Culprit, findCulprits } from "../events/culprits.ts";
import {
  type Filter,
  FILTER_LABELS,
  type FilterName,
  namesIn,
  queryOf,
  valueWords,
} from "../events/filter.ts";
import { SourcesLink } from "./sources_link.tsx";
import { Empty } from "./states.tsx";

/** Properties of {@link EmptyEvents}. */
export interface EmptyEventsProps {
  readonly filter: Filter;
  readonly remove: (names: readonly FilterName[]) => void;
}

/** Says why, and offers the way out. */
export function EmptyEvents({ filter, remove }: EmptyEventsProps) {
  const culprits = useCulprits(filter);
  const names = namesIn(filter);
  if (names.length === 0) {
    return (
      <Empty title="The log is empty.">
        <p>
          Events come with the first answers of a source. <SourcesLink />
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No event matches these filters.">
      {culprits.map((culprit) => <Way key={culprit.name} {...{ culprit, filter, remove }} />)}
      {culprits.length > 0 && names.length === 1
        ? null
        : <button type="button" onClick={() => remove(names)}>Remove all filters</button>}
    </Empty>
  );
}

function Way({ culprit, filter, remove }: EmptyEventsProps & { readonly culprit: Culprit }) {
  const { name, alone } = culprit;
  const label = FILTER_LABELS[name];
  const value = valueWords(name, filter[name] ?? "");
  return (
    <p className="way-out">
      <span>
        {alone
          ? (
            <>
              Nothing in the log matches {label.toLowerCase()} <b>{value}</b>.
            </>
          )
          : (
            <>
              Without {label.toLowerCase()} <b>{value}</b> there are events.
            </>
          )}
      </span>
      <button type="button" onClick={() => remove([name])}>
        Remove {label.toLowerCase()}
      </button>
    </p>
  );
}

function useCulprits(filter: Filter): readonly Culprit[] {
  const [culprits, setCulprits] = useState<readonly Culprit[]>([]);
  const key = queryOf(filter);
  useEffect(() => {
    const ending = new AbortController();
    const hasAny = async (names: readonly FilterName[]) => {
      const path = `api/events?${queryOf(filter, { limit: 1 }, names)}`;
      const { items } = await requestJson<{ readonly items: readonly unknown[] }>(
        path,
        ending.signal,
      );
      return items.length > 0;
    };
    setCulprits([]);
    // Where it cannot be found out, all filters can be removed nevertheless.
    findCulprits(filter, hasAny).then(setCulprits, () => {});
    return () => ending.abort();
  }, [key]);
  return culprits;
}
