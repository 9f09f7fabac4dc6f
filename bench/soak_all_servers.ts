/** The nodes of the run with all parts on: a writer and an edge as operators run them, and what they talk to. */
import { join } from "node:path";
import { freePort } from "../src/redis/test_port.ts";
import { grantedFlags, launchServer } from "./launch.ts";
import { redisOrNull } from "./publish.ts";

/** A node that runs. */
export interface SoakNode {
  readonly name: "writer" | "edge";
  readonly pid: number;
  readonly url: string;
}

/** All of them. */
export interface SoakNodes {
  readonly nodes: readonly SoakNode[];
  /** Opens every door. */
  readonly key: string;
  /** How many messages the webhook took so far. */
  readonly webhooks: () => number;
}

/** A rule that fires for ever, and is told again as often as a rule may be. */
const RULE = { metric: "netPnl", op: ">", value: "-1000000000" };

/** A webhook that takes everything; `stack` ends it. */
function startReceiver(stack: AsyncDisposableStack) {
  let taken = 0;
  const server = stack.use(Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      await request.body?.cancel();
      taken++;
      return new Response(null, { status: 204 });
    },
  ));
  return { url: `http://127.0.0.1:${server.addr.port}/`, taken: () => taken };
}

/** Makes a key with every scope in the data directory of the settings. */
async function makeKey(env: Record<string, string>): Promise<string> {
  const words = ["keys", "create", "--name", "soak", "--scopes", "read,audit,admin", "--json"];
  const flags = await grantedFlags(env, "keys");
  const args = ["run", "-q", "--no-prompt", "--cached-only", ...flags, "main.ts", ...words];
  const { stdout, success } = await new Deno.Command(Deno.execPath(), { args, env }).output();
  if (!success) throw new Error("Cannot make a key for the soak");
  return JSON.parse(new TextDecoder().decode(stdout)).key;
}

/** Launches a node; `stack` stops it. */
async function launchNode(
  name: SoakNode["name"],
  settings: Record<string, string>,
  key: string,
  stack: AsyncDisposableStack,
): Promise<SoakNode> {
  const env = { ...settings, PORT: String(freePort()) };
  const headers = { authorization: `Bearer ${key}` };
  const { pid } = stack.use(await launchServer(env, await grantedFlags(env), headers));
  return { name, pid, url: `http://127.0.0.1:${env.PORT}` };
}

/**
 * Starts them; `stack` stops them.
 *
 * @param home a folder for all that they write
 * @returns null, which is told, where the machine has no Redis
 */
export async function startNodes(
  home: string,
  stack: AsyncDisposableStack,
): Promise<SoakNodes | null> {
  const redis = stack.use(await redisOrNull());
  if (redis === null) return null;
  const receiver = startReceiver(stack);
  const alerts = join(home, "alerts.json");
  const rules = [{ name: "always", when: RULE, every: 60, webhook: "sink" }];
  const webhooks = [{ name: "sink", url: receiver.url, secretEnv: "PNL_ALERT_SECRET_SOAK" }];
  await Deno.writeTextFile(alerts, JSON.stringify({ rules, webhooks }));
  const common = { REDIS_URL: redis.url, PNL_AUTH: "required", LOG_LEVEL: "debug" };
  const secret = crypto.getRandomValues(new Uint8Array(32)).toBase64();
  const writer = {
    ...common,
    PNL_DATA_DIR: join(home, "data"),
    LOG_DIR: join(home, "logs"),
    PNL_ALERTS_FILE: alerts,
    PNL_ALERT_SECRET_SOAK: `whsec_${secret}`,
  };
  const key = await makeKey(writer);
  const edge = { ...common, PNL_ROLE: "edge", LOG_DIR: join(home, "edge_logs") };
  const nodes = [
    await launchNode("writer", writer, key, stack),
    await launchNode("edge", edge, key, stack),
  ];
  return { nodes, key, webhooks: receiver.taken };
}
