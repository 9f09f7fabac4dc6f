/** What a key may do. */

/** The scopes, each of which contains those before it. */
export const SCOPES = ["read", "audit", "admin"] as const;

/**
 * `read`: figures and their streams. `audit`: the events of the log too. `admin`: everything, also what
 * changes something.
 */
export type Scope = (typeof SCOPES)[number];

/** True where one of the scopes is, or contains, the one that is needed. */
export function covers(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.some((scope) => SCOPES.indexOf(scope) >= SCOPES.indexOf(needed));
}

/** All scopes that some contain, themselves among them. */
export function allOf(scopes: readonly Scope[]): Scope[] {
  return SCOPES.filter((scope) => covers(scopes, scope));
}

/** True for the name of a scope. */
export function isScope(name: string): name is Scope {
  return (SCOPES as readonly string[]).includes(name);
}
