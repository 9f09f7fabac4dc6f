/** Values of upstreams in what is said about them. */

/** What a number or a time is made of. */
const HARMLESS = /^[-+0-9.,:TZtzeE ]{0,64}$/;

/**
 * A value that should be a number or a time, for an error: as it is where it could be one, else only its
 * length. A text in its place may be anything, and what upstreams say is repeated to nobody.
 */
export function shownValue(text: string): string {
  return HARMLESS.test(text) ? JSON.stringify(text) : `a text of ${text.length} characters`;
}
