/** Text of upstreams, cut to what an event holds. */

/**
 * The beginning of a text, at most `max` UTF-16 units of it. No character is cut in two, and halves that
 * stood alone become U+FFFD: the log's canonical form holds well-formed text only.
 */
export function cutText(text: string, max: number): string {
  const inTwo = text.length > max && /[\ud800-\udbff]$/.test(text.slice(0, max)) &&
    /^[\udc00-\udfff]/.test(text.slice(max));
  return text.slice(0, inTwo ? max - 1 : max).toWellFormed();
}
