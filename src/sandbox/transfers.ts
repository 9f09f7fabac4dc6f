/** Deposits, withdrawals and moves between subaccounts. Money moves when a transfer is applied. */
import type { Random } from "./random.ts";
import { CENT } from "./units.ts";
import type { Wallets } from "./wallets.ts";

/** State of a transfer, in the venue's words. */
export type TransferStatus = "pending" | "applied" | "failed" | "returned";

/** A deposit or withdrawal of the primary subaccount. Times are microseconds since the epoch. */
export interface Transfer {
  readonly index: number;
  readonly id: string;
  readonly type: "ach" | "wire" | "crypto" | "debit";
  readonly amountCents: number;
  /** Charged on top: a deposit brings amount − fee, a withdrawal takes amount + fee. */
  readonly feeCents: number;
  readonly created: number;
  status: TransferStatus;
  finalized: number | null;
}

/** Where a transfer will go next, and when. */
interface Due {
  readonly transfer: Transfer;
  readonly sign: 1 | -1;
  readonly at: number;
  readonly path: readonly TransferStatus[];
}

/** Where transfers go from `pending`, in turn, so that a handful shows every state. */
const PATHS: readonly (readonly TransferStatus[])[] = [
  ["applied"],
  ["applied"],
  ["failed"],
  ["applied", "returned"],
  ["applied"],
];

/** All transfers ever made; some dozens a day at most. */
export class Transfers {
  readonly deposits: Transfer[] = [];
  readonly withdrawals: Transfer[] = [];
  #due: Due[] = [];

  constructor(readonly random: Random, readonly wallets: Wallets) {}

  /** The first money: one deposit, of which a part goes to the second subaccount. */
  fund(time: number, cents: number): void {
    this.#begin(this.deposits, "dep", time, cents, "wire", 0).status = "applied";
    const first = this.deposits[0];
    if (first !== undefined) first.finalized = time;
    this.wallets.move(0, cents * CENT);
    this.#between(0, 1, Math.floor(cents / 4));
  }

  /** Starts a deposit. @param delay how long a state lasts, microseconds */
  deposit(time: number, delay: number): void {
    const cents = this.random.between(50_00, 500_00);
    const type = this.random.pick(["ach", "ach", "wire", "crypto", "debit"] as const);
    const fee = type === "debit" ? Math.ceil(cents / 50) : 0;
    const transfer = this.#begin(this.deposits, "dep", time, cents, type, fee);
    this.#schedule(transfer, 1, time, delay);
  }

  /** Starts a withdrawal where the primary subaccount has money to spare. */
  withdraw(time: number, delay: number): void {
    const cents = this.random.between(50_00, 400_00);
    const type = this.random.pick(["ach", "wire", "debit"] as const);
    if (this.wallets.cash(0) < 3_000_00 * CENT) return;
    const fee = type === "ach" ? 0 : 2_00;
    const transfer = this.#begin(this.withdrawals, "wdr", time, cents, type, fee);
    this.#schedule(transfer, -1, time, delay);
  }

  /** Moves money between the subaccounts, towards the poorer one. */
  rebalance(): void {
    const from = this.wallets.cash(0) > 2 * this.wallets.cash(1) ? 0 : 1;
    const cents = this.random.between(10_00, 200_00);
    if (this.wallets.cash(from) > cents * 2 * CENT) this.#between(from, 1 - from, cents);
  }

  /** Brings every transfer that is due by `time` to its next state. */
  finalize(time: number): void {
    while (true) {
      const index = this.#due.findIndex((due) => due.at <= time);
      const [due] = index < 0 ? [] : this.#due.splice(index, 1);
      if (due === undefined) return;
      this.#enter(due);
    }
  }

  /** One change of state; a path has at most two, so every transfer comes to rest. */
  #enter({ transfer, sign, at, path }: Due): void {
    const [status, ...rest] = path;
    if (status === undefined) return;
    transfer.status = status;
    transfer.finalized = at;
    const net = (sign * transfer.amountCents - transfer.feeCents) * CENT;
    if (status === "applied") this.wallets.move(0, net);
    if (status === "returned") this.wallets.move(0, -net);
    if (rest.length > 0) {
      this.#due.push({ transfer, sign, at: at + (at - transfer.created), path: rest });
    }
  }

  #between(from: number, to: number, cents: number): void {
    this.wallets.move(from, -cents * CENT);
    this.wallets.move(to, cents * CENT);
  }

  #begin(
    list: Transfer[],
    prefix: string,
    created: number,
    amountCents: number,
    type: Transfer["type"],
    feeCents: number,
  ): Transfer {
    const index = list.length;
    const transfer: Transfer = {
      index,
      id: `${prefix}_${String(index + 1).padStart(6, "0")}`,
      type,
      amountCents,
      feeCents,
      created,
      status: "pending",
      finalized: null,
    };
    list.push(transfer);
    return transfer;
  }

  #schedule(transfer: Transfer, sign: 1 | -1, time: number, delay: number): void {
    const at = time + Math.floor(delay / 2) +
      this.random.between(0, Math.floor(delay / 1000)) * 1000;
    const path = PATHS[transfer.index % PATHS.length] ?? [];
    this.#due.push({ transfer, sign, at, path });
  }
}
