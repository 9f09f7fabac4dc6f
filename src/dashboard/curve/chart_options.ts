/** How the chart looks and behaves. */
import type {
  AutoscaleInfo,
  BaselineSeriesPartialOptions,
  ChartOptions,
  CreatePriceLineOptions,
  DeepPartial,
  TextWatermarkOptions,
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
const WHOLE = /[.,]00$/;
const FONT_SIZE = 12;

/** Marks of the value axis: with cents only where one of them has some. */
function tickTexts(values: readonly number[], hidden: boolean): string[] {
  if (hidden) return values.map(() => HIDDEN);
  const texts = values.map((value) => money(value.toFixed(2)));
  return texts.every((text) => WHOLE.test(text))
    ? texts.map((text) => text.replace(WHOLE, ""))
    : texts;
}

/**
 * The scale reaches to zero where that is near: then the reader sees how far from it the curve is, and
 * otherwise how it moves.
 */
function reachingZero(original: () => AutoscaleInfo | null): AutoscaleInfo | null {
  const found = original();
  const range = found?.priceRange ?? null;
  if (found === null || range === null) return found;
  const { minValue, maxValue } = range;
  const height = maxValue - minValue;
  if (minValue > 0 && minValue <= height) {
    return { ...found, priceRange: { minValue: 0, maxValue } };
  }
  if (maxValue < 0 && -maxValue <= height) {
    return { ...found, priceRange: { minValue, maxValue: 0 } };
  }
  return found;
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
    ...(isNet ? { autoscaleInfoProvider: reachingZero } : {}),
    // A value holds until the next.
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
    topLineColor: isNet ? palette.up : palette.quiet,
    topFillColor1: faded(palette.up, isNet ? 0.22 : 0),
    topFillColor2: faded(palette.up, isNet ? 0.03 : 0),
    bottomLineColor: palette.down,
    bottomFillColor1: faded(palette.down, isNet ? 0.03 : 0.1),
    bottomFillColor2: faded(palette.down, isNet ? 0.22 : 0.3),
  };
}

/** The line at zero. */
export function zeroLine(library: ChartLibrary, { palette }: ChartLook): CreatePriceLineOptions {
  return {
    price: 0,
    color: palette.quiet,
    lineWidth: 1,
    lineStyle: library.LineStyle.Solid,
    axisLabelVisible: false,
    title: "",
  };
}

/** What a pane is called, in its corner. */
export function paneLabel({ palette }: ChartLook, text: string): DeepPartial<TextWatermarkOptions> {
  const line = { text, color: palette.quiet, fontFamily: palette.font, fontSize: FONT_SIZE };
  return { horzAlign: "left", vertAlign: "top", lines: [line] };
}
