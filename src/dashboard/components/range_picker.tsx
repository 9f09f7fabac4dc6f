/** Chooses the range of the curve: presets as links, and two times. */
import { type Ref, type SubmitEvent, useState } from "react";
import {
  type CurveRange,
  faultOf,
  PRESET_LABELS,
  PRESETS,
  rangeHref,
  rangeKey,
  type Span,
} from "../curve/range.ts";
import { usePreference } from "../preferences.ts";
import { goTo } from "../route.ts";
import { localInput, readInput } from "../curve/time_input.ts";
import type { Zone } from "../curve/ticks.ts";

/** Properties of {@link RangePicker}. */
export interface RangePickerProps {
  readonly ref: Ref<HTMLDivElement>;
  readonly range: CurveRange;
  /** What the curve shows now; null before it shows anything. */
  readonly shown: Span | null;
}

/** The picker. */
export function RangePicker({ ref, range, shown }: RangePickerProps) {
  const [open, setOpen] = useState(false);
  const isCustom = "custom" in range;
  const zone = usePreference((preferences) => preferences.zone);
  return (
    <div ref={ref} className="range-picker">
      <nav aria-label="Time range" className="range-presets">
        {PRESETS.map((preset) => (
          <a
            key={preset}
            href={rangeHref({ preset })}
            title={`Show ${PRESET_LABELS[preset].long}`}
            aria-current={rangeKey(range) === preset ? "true" : undefined}
          >
            {PRESET_LABELS[preset].short}
          </a>
        ))}
      </nav>
      <button
        type="button"
        aria-expanded={open}
        aria-controls="custom-range"
        aria-pressed={isCustom}
        onClick={() => setOpen(!open)}
      >
        Custom…
      </button>
      {open
        ? <CustomRange key={zone} zone={zone} shown={shown} close={() => setOpen(false)} />
        : null}
    </div>
  );
}

/** Properties of {@link CustomRange}. */
interface CustomRangeProps {
  readonly zone: Zone;
  readonly shown: Span | null;
  readonly close: () => void;
}

/** Two times, in the zone that the reader asked for; at first those of what is shown. */
function CustomRange({ zone, shown, close }: CustomRangeProps) {
  const [from, setFrom] = useState(shown === null ? "" : localInput(shown.from, zone));
  const [to, setTo] = useState(shown === null ? "" : localInput(shown.to, zone));
  const [fault, setFault] = useState<string | null>(null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const span = { from: readInput(from, zone), to: readInput(to, zone) };
    const found = faultOf(span.from, span.to);
    setFault(found);
    if (found !== null) return;
    close();
    goTo(rangeHref({ custom: span }));
  };
  const words = zone === "utc" ? "UTC" : "local time";
  const common = { type: "datetime-local", step: 1, required: true } as const;
  const describedBy = fault === null ? undefined : "range-fault";
  return (
    <form id="custom-range" className="custom-range" onSubmit={submit} noValidate>
      <label>
        From ({words})
        <input
          {...common}
          value={from}
          onChange={(event) => setFrom(event.target.value)}
          aria-invalid={fault !== null}
          aria-describedby={describedBy}
        />
      </label>
      <label>
        To ({words})
        <input
          {...common}
          value={to}
          onChange={(event) => setTo(event.target.value)}
          aria-invalid={fault !== null}
          aria-describedby={describedBy}
        />
      </label>
      <button type="submit" data-kind="primary">Show</button>
      <p id="range-fault" className="range-fault" role="alert">{fault}</p>
    </form>
  );
}
