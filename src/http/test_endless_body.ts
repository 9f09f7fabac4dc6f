/** Clients that send a body for as long as the server lets them. */
import type { TestServer } from "./test_server.ts";

/** No test waits longer for the peer to end a connection. */
const MOST_MS = 15_000;

/** What came of a request whose body goes on. */
export interface Outcome {
  readonly status: number;
  readonly said: string;
  /** The server ended the connection. */
  readonly ended: boolean;
  readonly tookMs: number;
  readonly sent: number;
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Sends a head, then a piece of a body again and again, until the server ends the connection. */
export async function send(
  server: TestServer,
  head: readonly string[],
  { piece = "", everyMs = 20, most = Infinity, mostMs = MOST_MS } = {},
): Promise<Outcome> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.server.port });
  const from = performance.now();
  const encoder = new TextEncoder();
  let [said, ended, sent, over] = ["", false, 0, false];
  const reading = (async () => {
    const buffer = new Uint8Array(65_536);
    let read: number | null = 0;
    while (read !== null) {
      read = await connection.read(buffer).catch(() => null);
      said += new TextDecoder().decode(buffer.subarray(0, read ?? 0));
    }
    ended = !over;
  })();
  // A write may wait for the server for ever.
  const timer = setTimeout(() => {
    over = true;
    connection.close();
  }, mostMs);
  await writeAll(connection, encoder.encode([...head, "Host: 127.0.0.1", "", ""].join("\r\n")));
  const bytes = encoder.encode(piece);
  try {
    while (!ended && !over) {
      if (sent < most) await writeAll(connection, bytes);
      sent += bytes.length;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      if (sent >= most && said.endsWith("}\n")) break;
    }
  } catch {
    ended = !over;
  }
  clearTimeout(timer);
  const outcome = { status: Number(said.slice(9, 12)), ended, tookMs: performance.now() - from };
  if (!over) connection.close();
  await reading.catch(() => {});
  return { ...outcome, said, sent };
}
