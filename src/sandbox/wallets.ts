/** Cash of the subaccounts, as the venue keeps it: moved at each booking, never computed afterwards. */

/** Cash per subaccount in micro-dollars. */
export class Wallets {
  readonly #cash = [0, 0];

  /** Number of subaccounts; 0 is the primary. */
  get size(): number {
    return this.#cash.length;
  }

  /** @throws {RangeError} where there is no such subaccount */
  cash(subaccount: number): number {
    const cash = this.#cash[subaccount];
    if (cash === undefined) throw new RangeError(`Cannot read subaccount ${subaccount}: none`);
    return cash;
  }

  /** Books an amount. @throws {RangeError} where the amount is not a whole number of micro-dollars */
  move(subaccount: number, micros: number): void {
    const next = this.cash(subaccount) + micros;
    if (!Number.isSafeInteger(next)) throw new RangeError(`Cannot book ${micros} micro-dollars`);
    this.#cash[subaccount] = next;
  }
}
