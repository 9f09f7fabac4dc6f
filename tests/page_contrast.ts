/** Measures how well the texts of a page can be read (WCAG 2.2, 1.4.3). */

/**
 * A script for the page: lists the visible texts whose contrast to what is behind them is below 4.5:1,
 * the opacity of all that they are in taken into account.
 */
export const FAINT_TEXTS = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], under) =>
    [r, g, b].map((value, index) => value * a + under[index] * (1 - a));
  const luminance = (color) => {
    const [r, g, b] = color.map((value) => value / 255)
      .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const path = (element) => {
    const all = [];
    for (let at = element; at !== null; at = at.parentElement) all.unshift(at);
    return all;
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.data.trim()).join("");
    const seen = element.checkVisibility() && !element.closest(".unseen, .skip, noscript");
    if (text === "" || !seen) continue;
    let ground = [255, 255, 255];
    let opacity = 1;
    for (const at of path(element)) {
      const style = getComputedStyle(at);
      ground = over(rgba(style.backgroundColor), ground);
      opacity *= Number(style.opacity);
    }
    const [r, g, b, a] = rgba(getComputedStyle(element).color);
    const ink = over([r, g, b, a * opacity], ground);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((x, y) => y - x);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) faint.push(text.slice(0, 40) + ": " + contrast.toFixed(2));
  }
  return faint;
})()`;
