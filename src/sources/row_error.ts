/** A row that parses as a shape but cannot be an event. */

/** Thrown while a row is read; the row is rejected and the others go on. */
export class RowError extends Error {
  readonly code = "row_rejected";
  /**
   * @param path of the field within the row
   * @param reason what is wrong with it, to follow the path in a sentence
   */
  constructor(readonly path: string, readonly reason: string) {
    super(`${path} ${reason}`);
    this.name = "RowError";
  }
}
