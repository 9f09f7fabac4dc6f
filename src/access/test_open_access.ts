/** A node that has no keys, for tests. */
import type { Clock } from "../pnl/clock.ts";
import { Access } from "./access.ts";
import { EndedHere } from "./ended_sessions.ts";
import type { KeyRing } from "./key_record.ts";

/** No key counts. */
const NO_KEYS: KeyRing = { isKnown: true, find: () => null, used: () => {} };

/** Access for everybody to everything, without any key. */
export function openAccess(clock: Clock): Access {
  return new Access({ required: false, keys: NO_KEYS, ended: new EndedHere(), clock });
}
