/** The chart: the one place that talks to the library that draws it. */
import type {
  BaselineData,
  IChartApi,
  ISeriesApi,
  ISeriesMarkersPluginApi,
  LogicalRange,
  MouseEventParams,
  SeriesMarker,
  Time,
  UTCTimestamp,
  WhitespaceData,
} from "lightweight-charts";
import { type ChartInput, firstChanged, type Place, placesFrom } from "./chart_data.ts";
import {
  type ChartLibrary,
  type ChartLook,
  chartOptions,
  paneLabel,
  seriesOptions,
  zeroLine,
} from "./chart_options.ts";
import { Gestures } from "./gestures.ts";
import { placeOf, timeOf } from "./grid.ts";
import { INVISIBLE } from "./palette.ts";
import type { Span } from "./range.ts";

/** Told what the reader does on the chart. */
export interface ChartEvents {
  /** The pointer is over a time, or (null) over none. */
  pointed(time: number | null): void;
  /** The reader moved to another span, and has come to rest there. */
  moved(span: Span): void;
}

type Datum = BaselineData<Time> | WhitespaceData<Time>;

const GAP = {
  topLineColor: INVISIBLE,
  bottomLineColor: INVISIBLE,
  topFillColor1: INVISIBLE,
  topFillColor2: INVISIBLE,
  bottomFillColor1: INVISIBLE,
  bottomFillColor2: INVISIBLE,
};

/** The panes, from above, and how high they are. */
const PANES = [{ name: "Net P&L", share: 3 }, { name: "Drawdown", share: 1 }] as const;

/** Room beside what is live, in pixels: for the first label of the axis, and for the last point. */
const ROOM = { left: 26, right: 14 } as const;

/** What follows a point is drawn in the point's own style: nothing where a gap follows. */
function datum({ time, value }: Place, name: "net" | "drawdown"): Datum {
  const at = time as UTCTimestamp;
  return value === null
    ? { time: at }
    : { time: at, value: value[name], ...(value.gap ? GAP : {}) };
}

/** True where two spans are the same to the eye. */
function isSame(range: LogicalRange, asked: LogicalRange | null): boolean {
  if (asked === null) return false;
  const most = Math.max(0.01, (asked.to - asked.from) * 0.002);
  return Math.abs(range.from - asked.from) < most && Math.abs(range.to - asked.to) < most;
}

/** A chart in an element. Once it is closed it does nothing more, whoever still knows it. */
export class CurveChart {
  readonly #look: ChartLook;
  readonly #events: ChartEvents;
  readonly #chart: IChartApi;
  readonly #net: ISeriesApi<"Baseline">;
  readonly #drawdown: ISeriesApi<"Baseline">;
  readonly #marks: ISeriesMarkersPluginApi<Time>;
  readonly #gestures: Gestures;
  #input: ChartInput | null = null;
  #closed = false;
  #lastPlace = -1;
  #asked: LogicalRange | null = null;

  constructor(library: ChartLibrary, host: HTMLElement, look: ChartLook, events: ChartEvents) {
    this.#look = look;
    this.#events = events;
    this.#chart = library.createChart(host, chartOptions(library, look, () => this.#input));
    const { BaselineSeries } = library;
    this.#net = this.#chart.addSeries(BaselineSeries, seriesOptions(library, look, "net"));
    this.#drawdown = this.#chart.addSeries(
      BaselineSeries,
      seriesOptions(library, look, "drawdown"),
      1,
    );
    this.#net.createPriceLine(zeroLine(library, look));
    for (const [index, { name, share }] of PANES.entries()) {
      const pane = this.#chart.panes()[index];
      if (pane === undefined) continue;
      pane.setStretchFactor(share);
      library.createTextWatermark(pane, paneLabel(look, name));
    }
    this.#marks = library.createSeriesMarkers(this.#net, []);
    this.#gestures = new Gestures(host, () => this.#rested());
    this.#chart.subscribeCrosshairMove((params) => this.#pointed(params));
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && !isSame(range, this.#asked)) this.#gestures.ranged();
    });
  }

  /** Shows points; what was only added to is only added to. */
  show(input: ChartInput): void {
    if (this.#closed) return;
    const seen = this.#seen();
    const first = firstChanged(this.#input, input);
    const isAddition = first > 0 && first >= this.#lastPlace;
    const places = placesFrom(input, isAddition ? first : 0);
    if (isAddition) {
      for (const place of places) {
        this.#net.update(datum(place, "net"));
        this.#drawdown.update(datum(place, "drawdown"));
      }
    } else {
      this.#net.setData(places.map((place) => datum(place, "net")));
      this.#drawdown.setData(places.map((place) => datum(place, "drawdown")));
    }
    this.#lastPlace = places.at(-1)?.place ?? this.#lastPlace;
    const isOther = this.#input?.grid !== input.grid;
    this.#input = input;
    // Under the reader's hand the chart stays where it is, whatever it is drawn from.
    if (isOther && this.#gestures.moving && seen !== null) this.#turnTo(seen);
  }

  /** Turns to a span of time, with some room beside it or exactly; not under the reader's hand. */
  turnTo({ from, to }: Span, isRoomy: boolean): void {
    if (this.#closed || this.#gestures.moving) return;
    const pixel = isRoomy ? (to - from) / Math.max(1, this.#chart.timeScale().width()) : 0;
    this.#turnTo({ from: from - ROOM.left * pixel, to: to + ROOM.right * pixel });
  }

  /** Draws the crosshair at a value; null: nowhere. */
  point(at: { readonly time: number; readonly net: number } | null): void {
    if (this.#closed) return;
    if (at === null || this.#input === null) return this.#chart.clearCrosshairPosition();
    this.#chart.setCrosshairPosition(at.net, this.#axisTime(at.time), this.#net);
  }

  /** Marks times. */
  mark(times: readonly number[]): void {
    if (this.#closed || this.#input === null) return;
    const own = [...new Set(times.map((time) => this.#axisTime(time)))].sort((a, b) => a - b);
    this.#marks.setMarkers(own.map((time): SeriesMarker<Time> => ({
      time,
      position: "aboveBar",
      shape: "arrowDown",
      color: this.#look.palette.ink,
    })));
  }

  /** Takes the chart away. */
  close(): void {
    this.#closed = true;
    this.#gestures.close();
    this.#chart.remove();
  }

  /** A time of the data as the axis has it: the beginning of its place, in seconds. */
  #axisTime(time: number): UTCTimestamp {
    const { grid, shift } = this.#input!;
    return (timeOf(grid, placeOf(grid, time)) + shift) / 1000 as UTCTimestamp;
  }

  #turnTo({ from, to }: Span): void {
    const grid = this.#input?.grid;
    if (grid === undefined) return;
    const logical = (time: number) => (time - grid.origin) / grid.stepMs;
    this.#asked = { from: logical(from), to: logical(to) } as LogicalRange;
    this.#chart.timeScale().setVisibleLogicalRange(this.#asked);
  }

  #seen(): Span | null {
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    const grid = this.#input?.grid;
    if (range === null || grid === undefined) return null;
    return { from: timeOf(grid, range.from), to: timeOf(grid, range.to) };
  }

  #rested(): void {
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    const seen = this.#seen();
    if (range !== null && seen !== null && !isSame(range, this.#asked)) this.#events.moved(seen);
  }

  #pointed({ time, sourceEvent }: MouseEventParams<Time>): void {
    // Without an event it was drawn by us; where the pointer leaves, the page knows it from the element.
    if (sourceEvent === undefined) return;
    const shift = this.#input?.shift ?? 0;
    this.#events.pointed(typeof time === "number" ? time * 1000 - shift : null);
  }
}
