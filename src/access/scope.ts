/** What a key may do. */

/** The scopes. `audit` contains `read`, `admin` all; `metrics` is beside `read`. */
export const SCOPES = ["read", "audit", "admin", "metrics"] as const;

/**
 * `metrics`: what is counted, and no figure. `read`: figures and their streams. `audit`: the events of the
 * log too. `admin`: all of these together; no route asks for it by itself.
 */
export type Scope = (typeof SCOPES)[number];

/** What a key with a scope may do: a scraper's key opens no figures, and a reader's no counts. */
const CONTAINED: Readonly<Record<Scope, readonly Scope[]>> = {
  metrics: ["metrics"],
  read: ["read"],
  audit: ["read", "audit"],
  admin: SCOPES,
};

/** True where one of the scopes is, or contains, the one that is needed. */
export function covers(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.some((scope) => CONTAINED[scope].includes(needed));
}

/** All scopes that some contain, themselves among them. */
export function allOf(scopes: readonly Scope[]): Scope[] {
  return SCOPES.filter((scope) => covers(scopes, scope));
}

/** True for the name of a scope. */
export function isScope(name: string): name is Scope {
  return (SCOPES as readonly string[]).includes(name);
}
