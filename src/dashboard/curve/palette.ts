/** Colours of the chart: a canvas takes none of the page's by itself. */

/** Colours, as a canvas takes them. */
export interface Palette {
  readonly up: string;
  readonly down: string;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly surface: string;
  readonly font: string;
}

const TRANSPARENT = "rgba(0, 0, 0, 0)";

/** Draws nothing: a stretch without data. */
export const INVISIBLE = TRANSPARENT;

const NAMES = ["up", "down", "ink", "quiet", "line", "surface"] as const;

/** A colour that any style may name, as one that every canvas library can read. */
function plain(context: CanvasRenderingContext2D, colour: string): string {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`;
}

/** Reads the colours of the page: `--up` and so on. */
export function readPalette(host: HTMLElement): Palette {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const probe = document.createElement("span");
  // Else forced colours would make all names the one colour of text.
  probe.style.setProperty("forced-color-adjust", "none");
  host.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    const { color } = getComputedStyle(probe);
    return context === null ? color : plain(context, color);
  };
  const colours = Object.fromEntries(NAMES.map((name) => [name, read(name)])) as Record<
    (typeof NAMES)[number],
    string
  >;
  probe.remove();
  // There the lines of the grid are as bright as the text that they run through.
  if (matchMedia("(forced-colors: active)").matches) colours.line = faded(colours.line, 0.3);
  return { ...colours, font: getComputedStyle(host).fontFamily };
}

/** A colour of {@link readPalette} that lets through what is behind it. @param alpha 0 to 1 */
export function faded(colour: string, alpha: number): string {
  return colour.replace(/[\d.]+\)$/, `${alpha})`);
}
