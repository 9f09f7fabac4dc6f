/** Compares JSON that a document shows with what the program says. */

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function isObject(value: unknown): value is object {
  return kindOf(value) === "object";
}

const isEmpty = (value: object) => Object.keys(value).length === 0;

/**
 * Where two values are not of one shape: a member is there on one side only, or of another kind; null is a
 * kind of its own. Each element of a list is compared with the first of the other's, where it has one.
 *
 * @returns one line for each fault
 */
export function shapeFaults(shown: unknown, said: unknown, path = "$"): string[] {
  if (kindOf(shown) !== kindOf(said)) {
    return [`${path} is shown as ${kindOf(shown)} and is ${kindOf(said)}`];
  }
  if (Array.isArray(shown) && Array.isArray(said)) {
    return said.length === 0
      ? []
      : shown.flatMap((each, at) => shapeFaults(each, said[0], `${path}[${at}]`));
  }
  if (!isObject(shown) || !isObject(said)) return [];
  const names = new Set([...Object.keys(shown), ...Object.keys(said)]);
  return [...names].flatMap((name) =>
    !Object.hasOwn(shown, name)
      ? [`${path}.${name} is not shown`]
      : !Object.hasOwn(said, name)
      ? [`${path}.${name} is shown and not there`]
      : shapeFaults(Reflect.get(shown, name), Reflect.get(said, name), `${path}.${name}`)
  );
}

/**
 * What a document shows, with the members that it leaves out: an empty object stands for one that is too long
 * to be shown.
 *
 * @param said the same as it is, whose members are taken where it has some
 */
export function completed(shown: unknown, said: unknown): unknown {
  if (Array.isArray(shown)) {
    const [first] = Array.isArray(said) ? said : [];
    return shown.map((each) => completed(each, first));
  }
  if (!isObject(shown)) return shown;
  if (isEmpty(shown)) return said ?? shown;
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [
      name,
      completed(value, Reflect.get(Object(said), name)),
    ]),
  );
}
