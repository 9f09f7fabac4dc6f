/** Who asks. */
import type { Scope } from "./scope.ts";

/** Who asks, and what they may. */
export interface Principal {
  /** The key that says so; null where the server asks for none. */
  readonly key: {
    readonly id: string;
    readonly name: string;
    /** Unix milliseconds; null: never. */
    readonly expiresAt: number | null;
  } | null;
  readonly scopes: readonly Scope[];
  /** The session that the key signed, where one was shown instead of the key. */
  readonly session: { readonly id: string; readonly expiresAt: number } | null;
}

/** Everybody, where the server asks for no key. */
export const EVERYBODY: Principal = { key: null, scopes: ["admin"], session: null };
