/** Compares an answer with the one that a document shows. */

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

/**
 * Where an answer is not of the shape that is shown: a member is missing, or of another kind. What is null on
 * one side may be anything on the other; an empty list or object may hold anything; of lists the first
 * elements are compared.
 *
 * @returns one line for each fault
 */
export function shapeFaults(shown: unknown, answer: unknown, path = "$"): string[] {
  if (shown === null || answer === null) return [];
  if (kindOf(shown) !== kindOf(answer)) {
    return [`${path} is shown as ${kindOf(shown)} and is ${kindOf(answer)}`];
  }
  if (Array.isArray(shown) && Array.isArray(answer)) {
    const both = shown.length > 0 && answer.length > 0;
    return both ? shapeFaults(shown[0], answer[0], `${path}[0]`) : [];
  }
  if (typeof shown !== "object" || typeof answer !== "object") return [];
  const there = new Map<string, unknown>(Object.entries(answer ?? {}));
  return Object.entries(shown ?? {}).flatMap(([name, value]) =>
    there.has(name)
      ? shapeFaults(value, there.get(name), `${path}.${name}`)
      : [`${path}.${name} is shown and not there`]
  );
}
