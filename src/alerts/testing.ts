/** What the tests of alerts share: a receiver of webhooks, and a store in a folder that goes away. */
import { DatabaseSync } from "node:sqlite";
import { AlertStore } from "./alert_store.ts";
import type { MessageType, NewDelivery } from "./delivery.ts";
import type { Receiver } from "./send.ts";

/** The example of the specification. */
export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** A request that a receiver got. */
export interface Got {
  readonly headers: Headers;
  readonly body: string;
  readonly path: string;
}

/** A receiver on this machine. */
export interface TestReceiver extends AsyncDisposable {
  readonly url: string;
  readonly got: Got[];
  /** How the next requests are answered, in turn; after those with 204. */
  readonly answers: (() => Response | Promise<Response>)[];
}

/** Starts a receiver on a free port of 127.0.0.1. */
export function startReceiver(): TestReceiver {
  const got: Got[] = [];
  const answers: TestReceiver["answers"] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { headers, url } = request;
      got.push({ headers, body: await request.text(), path: new URL(url).pathname });
      return await answers.shift()?.() ?? new Response(null, { status: 204 });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/hooks/pnl`;
  return { url, got, answers, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Verifies a request as the specification says, by the runtime's own HMAC. */
export async function isGenuine({ headers, body }: Got, secret = SECRET): Promise<boolean> {
  const bytes = Uint8Array.fromBase64(secret.slice("whsec_".length));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["verify"]);
  const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
  const signatures = (headers.get("webhook-signature") ?? "").split(" ");
  const verified = signatures.map((each) => {
    const [version, signature = ""] = each.split(",");
    const given = Uint8Array.fromBase64(signature);
    const text = new TextEncoder().encode(signed);
    return version === "v1" && crypto.subtle.verify("HMAC", key, given, text);
  });
  return (await Promise.all(verified)).includes(true);
}

/** A webhook at an address. */
export function receiverAt(url: string, name = "hook"): Receiver {
  return { name, url, secrets: [Uint8Array.fromBase64(SECRET.slice("whsec_".length))] };
}

/** A message of a rule. */
export function message(id: string, rule = "rule", webhook = "hook"): NewDelivery {
  const type: MessageType = "pnl.alert.firing";
  return { id, webhook, rule, type, body: JSON.stringify({ type, id }) };
}

/** Runs a test with the path of a `state.db` in a folder that is removed after. */
export async function withState(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "pnl-alerts-" });
  try {
    await test(`${folder}/state.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The same with the store open. */
export async function withStore(test: (store: AlertStore) => Promise<void>): Promise<void> {
  await withState(async (path) => {
    using store = await AlertStore.open(path);
    await test(store);
  });
}

/** Runs some work while `state.db` takes nothing new of alerts, as on a full disk. */
export async function whileFull(path: string, work: () => Promise<void>): Promise<void> {
  const refused = [
    ["update_delivery", "UPDATE ON alert_deliveries"],
    ["delivery", "INSERT ON alert_deliveries"],
    ["state", "INSERT ON alert_states"],
  ];
  using db = new DatabaseSync(path);
  for (const [name, what] of refused) {
    db.exec(`CREATE TRIGGER full_${name} BEFORE ${what}
      BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
  }
  try {
    await work();
  } finally {
    for (const [name] of refused) db.exec(`DROP TRIGGER full_${name}`);
  }
}

/** Runs some work while deliveries can be neither read nor written. */
export async function whileUnreadable(path: string, work: () => Promise<void>): Promise<void> {
  using db = new DatabaseSync(path);
  db.exec("ALTER TABLE alert_deliveries RENAME TO alert_deliveries_away");
  try {
    await work();
  } finally {
    db.exec("ALTER TABLE alert_deliveries_away RENAME TO alert_deliveries");
  }
}

/** Waits until something is so. */
export async function so(what: () => boolean): Promise<void> {
  for (const from = performance.now(); !what();) {
    if (performance.now() - from > 15_000) throw new Error(`It never was: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
