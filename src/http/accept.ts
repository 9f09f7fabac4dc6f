/** Choosing a media type by what the client accepts (RFC 9110 §12.5.1). */

interface Range {
  readonly type: string;
  readonly q: number;
}

function ranges(accept: string): Range[] {
  return accept.toLowerCase().slice(0, 1_000).split(",").map((part) => {
    const [type, ...parameters] = part.split(";").map((text) => text.trim());
    const q = parameters.find((text) => text.startsWith("q="));
    const value = q === undefined ? 1 : Number(q.slice(2));
    return { type: type ?? "", q: Number.isNaN(value) ? 0 : value };
  });
}

/** How well a range names a type: exactly, by its first half, or as anything. */
function closeness(range: string, type: string): number {
  if (range === type) return 3;
  if (range === `${type.split("/")[0]}/*`) return 2;
  return range === "*/*" ? 1 : 0;
}

/**
 * The offered type that a client likes best; of those that it likes equally, the first offered.
 *
 * @param accept the `Accept` header; without one the first offered is chosen
 * @returns null where it accepts none
 */
export function chooseType<T extends string>(
  accept: string | null,
  offered: readonly [T, ...T[]],
): T | null {
  if (accept === null || accept.trim() === "") return offered[0];
  const asked = ranges(accept);
  let best: { readonly type: T; readonly q: number } | null = null;
  for (const type of offered) {
    const named = asked
      .map((range) => ({ q: range.q, closeness: closeness(range.type, type) }))
      .filter((range) => range.closeness > 0)
      .sort((a, b) => b.closeness - a.closeness)[0];
    if (named !== undefined && named.q > 0 && named.q > (best?.q ?? 0)) best = { type, q: named.q };
  }
  return best?.type ?? null;
}
