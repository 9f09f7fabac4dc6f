/** The filters of the log: a form whose fields apply when they are left, or with Enter. */
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useJson } from "../api.ts";
import { SOURCE_WORDS, TYPE_WORDS } from "../events/catalogue.ts";
import { countWords, type Facets, optionsOf } from "../events/facets.ts";
import {
  faultsOf,
  type Filter,
  FILTER_LABELS,
  type FilterName,
  namesIn,
} from "../events/filter.ts";
import { useShortcuts } from "../keyboard.ts";
import { useTicks } from "../ticks.ts";

/** Properties of {@link EventFilters}. */
export interface EventFiltersProps {
  readonly filter: Filter;
  /** Sets a filter; null removes it. */
  readonly set: (name: FilterName, value: string | null) => void;
}

/** The menus are counted anew this often. */
const COUNT_MS = 15_000;
const TIME_HINT = "2026-11-22 10:30";

/** The form. On a narrow page it opens with a button. */
export function EventFilters({ filter, set }: EventFiltersProps) {
  const [open, setOpen] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const { data } = useJson<Facets>("api/events/facets", useTicks(COUNT_MS));
  const faults = faultsOf(filter);
  useShortcuts([{
    keys: "/",
    label: "Filter the events by subject",
    run: () => {
      // On a narrow page the field is there after it was opened: what is typed next belongs to it.
      flushSync(() => setOpen(true));
      form.current?.querySelector<HTMLInputElement>("input")?.focus();
    },
  }]);
  const field = (name: FilterName) => ({ name, filter, set, fault: faults[name] ?? null });
  const count = namesIn(filter).length;
  return (
    <form
      ref={form}
      className="filters"
      data-open={open}
      onSubmit={(event) => event.preventDefault()}
    >
      <button
        type="button"
        className="filters-toggle"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        Filters{count === 0 ? "" : ` (${count})`}
      </button>
      <div className="filter-fields">
        <Menu {...field("source")} all="All sources" options={sources(data, filter)} />
        <Menu {...field("type")} all="All types" options={types(data, filter)} />
        <TextField {...field("subject")} hint="exact, all of it" />
        <TextField {...field("recordedFrom")} hint={TIME_HINT} unit="UTC" />
        <TextField {...field("recordedTo")} hint={TIME_HINT} unit="UTC" />
        <TextField {...field("from")} hint={TIME_HINT} unit="UTC" />
        <TextField {...field("to")} hint={TIME_HINT} unit="UTC" />
      </div>
    </form>
  );
}

function sources(facets: Facets | null, { source }: Filter) {
  return optionsOf(SOURCE_WORDS, facets?.sources.map((each) => [each.source, each.count]), source);
}

function types(facets: Facets | null, { type }: Filter) {
  return optionsOf(TYPE_WORDS, facets?.types.map((each) => [each.type, each.count]), type);
}

interface FieldProps {
  readonly name: FilterName;
  readonly filter: Filter;
  readonly set: EventFiltersProps["set"];
  /** What is wrong with it; null where nothing is. */
  readonly fault: string | null;
}

function Field(
  { id, name, unit, fault, children }: {
    readonly id: string;
    readonly name: FilterName;
    readonly unit?: string | undefined;
    readonly fault: string | null;
    readonly children: ReactNode;
  },
) {
  return (
    <div className="field" data-field={name}>
      <label htmlFor={id}>
        {FILTER_LABELS[name]}
        {unit === undefined ? null : <span className="field-unit">{unit}</span>}
      </label>
      {children}
      {fault === null ? null : <p id={`${id}-fault`} className="filter-fault">{fault}</p>}
    </div>
  );
}

function Menu(
  { name, filter, set, fault, all, options }: FieldProps & {
    readonly all: string;
    readonly options: ReturnType<typeof optionsOf>;
  },
) {
  const id = useId();
  return (
    <Field id={id} name={name} fault={fault}>
      <select
        id={id}
        value={filter[name] ?? ""}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : `${id}-fault`}
        onChange={({ target }) => set(name, target.value === "" ? null : target.value)}
      >
        <option value="">{all}</option>
        {options.map(({ value, label, count }) => (
          <option key={value} value={value}>{label}{countWords(count)}</option>
        ))}
      </select>
    </Field>
  );
}

function TextField(
  { name, filter, set, fault, hint, unit }: FieldProps & {
    readonly hint: string;
    readonly unit?: string;
  },
) {
  const id = useId();
  const value = filter[name] ?? "";
  const apply = (text: string) => {
    if (text.trim() !== value) set(name, text.trim() === "" ? null : text.trim());
  };
  const onKeyDown = ({ key, currentTarget }: KeyboardEvent<HTMLInputElement>) => {
    if (key === "Enter") apply(currentTarget.value);
    if (key !== "Escape") return;
    currentTarget.value = value;
    currentTarget.blur();
  };
  return (
    <Field id={id} name={name} unit={unit} fault={fault}>
      <input
        // Another value from elsewhere, such as the way back, is another field.
        key={value}
        id={id}
        type="text"
        defaultValue={value}
        placeholder={hint}
        autoComplete="off"
        spellCheck={false}
        maxLength={600}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : `${id}-fault`}
        onBlur={({ target }) => apply(target.value)}
        onKeyDown={onKeyDown}
      />
    </Field>
  );
}
