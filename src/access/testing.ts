/** Keys and who checks them, for tests. */
import type { Clock } from "../pnl/clock.ts";
import { Access } from "./access.ts";
import { KeyStore, type NewKey } from "./key_store.ts";
import type { TicketShelf } from "./tickets.ts";

/** Keys in a folder of their own, which goes when they are disposed of. */
export interface TestKeys extends AsyncDisposable {
  readonly store: KeyStore;
  /** Of `state.db`. */
  readonly path: string;
  /** Makes a key, with the scope `read` where nothing else is said, and gives its id and text. */
  make(change?: Partial<NewKey>): { readonly id: string; readonly text: string };
  /** Somebody who checks by them and asks everybody for a key. */
  access(shelf?: TicketShelf | null): Access;
}

/** Makes a folder for keys. */
export async function testKeys(clock: Clock): Promise<TestKeys> {
  const folder = await Deno.makeTempDir({ prefix: "pnl-keys-" });
  const path = `${folder}/state.db`;
  const store = await KeyStore.open(path);
  return {
    store,
    path,
    make: (change = {}) =>
      store.create({
        name: "test",
        environment: "live",
        scopes: ["read"],
        expiresAt: null,
        now: clock.now(),
        ...change,
      }),
    access: (shelf = null) =>
      new Access({ required: true, keys: store, ended: store, clock, shelf }),
    [Symbol.asyncDispose]: async () => {
      store[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
