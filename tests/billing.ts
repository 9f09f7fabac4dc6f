/** A billing service whose totals grow with every request: each poll of it appends one event. */

/** What is appended each second by a server that polls every 100 ms, at most. */
export const BILLING_POLL_MS = 100;

/** A running billing service. */
export interface Billing extends AsyncDisposable {
  readonly url: string;
  /** From now on the totals stay as they are, so that nothing more is appended. */
  freeze(): void;
  /** They grow again. */
  thaw(): void;
}

/** Starts it on a free port. */
export function startBilling(): Billing {
  let collected = 0;
  let growing = true;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    if (growing) collected += 1;
    return Response.json({ invoiced: `${2 * collected}.00`, collected: `${collected}.50` });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    freeze: () => growing = false,
    thaw: () => growing = true,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
