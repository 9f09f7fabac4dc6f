/** How the chart looks and behaves. */
import type {
  BaselineSeriesPartialOptions,
  ChartOptions,
  DeepPartial,
  Time,
} from "lightweight-charts";
import { money } from "../format.ts";
import type { ChartInput } from "./chart_data.ts";
import { faded, type Palette } from "./palette.ts";
import { axisZone, pointTimeText, tickText, type Zone } from "./ticks.ts";

/** The library; it is loaded where a chart is shown, and not before. */
export type ChartLibrary = typeof import("lightweight-charts");

/** How the chart is to look. */
export interface ChartLook {
  readonly palette: Palette;
  readonly zone: Zone;
  /** Amounts are not shown. */
  readonly hidden: boolean;
}

const HIDDEN = "•••••";
/** Less than this between two marks of an axis shows cents. */
const DOLLAR = 1;
const FONT_SIZE = 12;

/** Marks of the value axis: with cents only where they differ by cents. */
function tickTexts(values: readonly number[], hidden: boolean): string[] {
  if (hidden) return values.map(() => HIDDEN);
  const [first = 0, second = first + DOLLAR] = values;
  const places = Math.abs(second - first) < DOLLAR ? 2 : 0;
  return values.map((value) => {
    const text = money(value.toFixed(2));
    return places === 2 ? text : text.replace(/[.,]\d\d$/, "");
  });
}

function timeAxis(look: ChartLook, input: () => ChartInput | null) {
  const own = (time: Time) => Number(time) * 1000 - (input()?.shift ?? 0);
  return {
    tickMarkFormatter: (time: Time, kind: number) => {
      const grid = input()?.grid;
      return tickText(own(time), kind, grid === undefined ? "utc" : axisZone(grid, look.zone));
    },
    timeFormatter: (time: Time) => {
      const grid = input()?.grid;
      return grid === undefined ? "" : pointTimeText(own(time), grid, look.zone);
    },
  };
}

/** Options of the chart. */
export function chartOptions(
  library: ChartLibrary,
  look: ChartLook,
  input: () => ChartInput | null,
): DeepPartial<ChartOptions> {
  const { palette } = look;
  const { tickMarkFormatter, timeFormatter } = timeAxis(look, input);
  const crosshair = {
    color: palette.quiet,
    labelBackgroundColor: palette.ink,
    style: library.LineStyle.Dashed,
  };
  return {
    autoSize: true,
    layout: {
      background: { type: library.ColorType.Solid, color: palette.surface },
      textColor: palette.quiet,
      fontFamily: palette.font,
      fontSize: FONT_SIZE,
      // It would bring a style sheet of its own, which the page's policy refuses; its link is below the chart.
      attributionLogo: false,
      panes: {
        separatorColor: palette.line,
        separatorHoverColor: palette.line,
        enableResize: false,
      },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: palette.line } },
    crosshair: { mode: library.CrosshairMode.Magnet, vertLine: crosshair, horzLine: crosshair },
    rightPriceScale: { borderVisible: false, minimumWidth: 64 },
    timeScale: {
      borderColor: palette.line,
      timeVisible: true,
      secondsVisible: true,
      minBarSpacing: 0.05,
      shiftVisibleRangeOnNewBar: false,
      lockVisibleTimeRangeOnResize: true,
      tickMarkFormatter,
    },
    localization: { timeFormatter },
    handleScroll: { vertTouchDrag: false },
    handleScale: {
      axisPressedMouseMove: { time: true, price: false },
      axisDoubleClickReset: false,
    },
  };
}

/** Options of a series: net P&L, or how far it is below its peak. */
export function seriesOptions(
  library: ChartLibrary,
  look: ChartLook,
  name: "net" | "drawdown",
): BaselineSeriesPartialOptions {
  const { palette, hidden } = look;
  const isNet = name === "net";
  return {
    baseValue: { type: "price", price: 0 },
    lineType: library.LineType.WithSteps,
    lineWidth: isNet ? 2 : 1,
    priceFormat: {
      type: "custom",
      minMove: 0.01,
      formatter: (value: number) => hidden ? HIDDEN : money(value.toFixed(2)),
      tickmarksFormatter: (values: readonly number[]) => tickTexts(values, hidden),
    },
    lastValueVisible: isNet,
    priceLineVisible: isNet,
    priceLineStyle: library.LineStyle.Dotted,
    crosshairMarkerRadius: 4,
    crosshairMarkerVisible: isNet,
    topLineColor: palette.up,
    topFillColor1: faded(palette.up, 0.22),
    topFillColor2: faded(palette.up, 0.03),
    bottomLineColor: palette.down,
    bottomFillColor1: faded(palette.down, isNet ? 0.03 : 0.1),
    bottomFillColor2: faded(palette.down, isNet ? 0.22 : 0.3),
  };
}
