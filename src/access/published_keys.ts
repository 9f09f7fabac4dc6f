/** The writer's active keys as they lie in Redis: hashes and public keys, of which no key can be made. */
import { z } from "zod";
import type { ActiveKey } from "./key_record.ts";
import { isScope } from "./scope.ts";

/**
 * They lie there so long after they were last written, milliseconds; and an edge goes by them so long
 * after it last read them.
 */
export const BELIEVED_MS = 600_000;
/** They are written and read this often, milliseconds. */
export const REFRESH_MS = 2_000;

const KEYS = z.array(z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  expiresAt: z.number().nullable(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  sessionKey: z.string(),
})).max(10_000);

/** As text. */
export function writeKeys(keys: readonly ActiveKey[]): string {
  return JSON.stringify(keys);
}

/**
 * From text.
 *
 * @throws where that is no text of {@link writeKeys}
 */
export function readKeys(text: string): ActiveKey[] {
  return KEYS.parse(JSON.parse(text))
    .map((key) => ({ ...key, scopes: key.scopes.filter(isScope) }));
}
