/** A node that has no keys. */
import { Access } from "./access.ts";
import { EndedHere } from "./ended_sessions.ts";
import type { KeyRing } from "./key_record.ts";
import type { Clock } from "../pnl/clock.ts";

/** No key counts. */
export const NO_KEYS: KeyRing = { isKnown: true, find: () => null, used: () => {} };

/** Access for everybody to everything, without any key. */
export function openAccess(clock: Clock): Access {
  return new Access({ required: false, keys: NO_KEYS, ended: new EndedHere(), clock });
}
