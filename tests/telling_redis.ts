/** A Redis that refuses everything and says in its errors what it was sent, credentials too. */

/** Starts one on a free port of loopback. */
export function startTellingRedis() {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  let refused = 0;
  const refuse = async (peer: Deno.Conn) => {
    try {
      for await (const chunk of peer.readable) {
        const sent = JSON.stringify(new TextDecoder().decode(chunk));
        refused += 1;
        await peer.write(new TextEncoder().encode(`-WRONGPASS refused: ${sent}\r\n`.repeat(8)));
      }
    } catch {
      // The peer went away.
    }
  };
  const accepting = (async () => {
    for await (const peer of listener) void refuse(peer);
  })();
  return {
    port: listener.addr.port,
    /** How often it refused something. */
    get refused() {
      return refused;
    },
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await accepting;
    },
  };
}
