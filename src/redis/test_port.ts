/** Ports for servers of tests and benchmarks. */

/** A port of the loopback address that nobody listens on now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
