/**
 * The fold as text, for the projector's checkpoint. Money is text and maps are sorted lists, so equal
 * folds give equal texts.
 */
import { type Fold, FOLD_VERSION } from "./fold_state.ts";
import type { KalshiAccount, Subaccount, Transfer } from "./kalshi_account.ts";
import type { Market } from "./kalshi_book.ts";
import type { Ledger } from "./ledger.ts";
import { Spans, type SpansState } from "./spans.ts";

/** Thrown where a text is not that of a fold of this version. */
export class FoldTextError extends Error {
  readonly code = "fold_text";
  constructor(reason: string, options?: ErrorOptions) {
    super(`Cannot read a fold's checkpoint: ${reason}`, options);
    this.name = "FoldTextError";
  }
}

type PlainAccount = Omit<KalshiAccount, "subaccounts" | "transfers"> & {
  readonly subaccounts: [number, PlainSubaccount][];
  readonly transfers: [string, Transfer][];
};
type PlainSubaccount = Omit<Subaccount, "markets"> & { readonly markets: [string, Market][] };
type PlainLedger = Omit<Ledger, "account" | "spans"> & {
  readonly account: PlainAccount;
  readonly spans: SpansState;
};
interface Checkpoint {
  readonly version: number;
  readonly fold: Omit<Fold, "ledger"> & { readonly ledger: PlainLedger };
}

/** What marks an amount inside the text; a text that begins with it is given one more. */
const MARK = "#";

/** The fold's whole state as text. */
export function serializeFold(fold: Fold): string {
  const { account, spans } = fold.ledger;
  const subaccounts = sorted(account.subaccounts).map(
    ([number, { markets, ...rest }]): [number, PlainSubaccount] => [
      number,
      { ...rest, markets: sorted(markets) },
    ],
  );
  const ledger: PlainLedger = {
    ...fold.ledger,
    account: { ...account, subaccounts, transfers: sorted(account.transfers) },
    spans: spans.state(),
  };
  const checkpoint: Checkpoint = { version: FOLD_VERSION, fold: { ...fold, ledger } };
  return JSON.stringify(checkpoint, mark);
}

/**
 * The fold of a text that {@link serializeFold} gave; it continues byte for byte.
 *
 * @throws {FoldTextError} on another version's text, or on anything else
 */
export function parseFold(text: string): Fold {
  let checkpoint: Checkpoint;
  try {
    checkpoint = JSON.parse(text, revive);
  } catch (cause) {
    throw new FoldTextError("it is not JSON", { cause });
  }
  const version = checkpoint?.version;
  if (version !== FOLD_VERSION) {
    throw new FoldTextError(`it is of version ${String(version)}, not ${FOLD_VERSION}`);
  }
  try {
    return restore(checkpoint.fold);
  } catch (cause) {
    throw new FoldTextError("a part of it is missing or of another shape", { cause });
  }
}

function restore(plain: Checkpoint["fold"]): Fold {
  const { account, spans } = plain.ledger;
  const subaccounts = account.subaccounts.map(
    ([number, { markets, ...rest }]): [number, Subaccount] => [
      number,
      { ...rest, markets: new Map(markets) },
    ],
  );
  const ledger: Ledger = {
    ...plain.ledger,
    account: {
      ...account,
      subaccounts: new Map(subaccounts),
      transfers: new Map(account.transfers),
    },
    spans: Spans.of(spans),
  };
  return { ...plain, ledger };
}

function mark(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return MARK + value;
  return typeof value === "string" && value.startsWith(MARK) ? MARK + value : value;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith(MARK)) return value;
  return value.startsWith(MARK, 1) ? value.slice(1) : BigInt(value.slice(1));
}

function sorted<K extends string | number, V>(map: ReadonlyMap<K, V>): [K, V][] {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1);
}
