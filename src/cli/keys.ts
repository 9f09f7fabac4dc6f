/** `keys`: makes, lists and revokes the API keys of a data directory. */
import { isActive, type KeyRecord } from "../access/key_record.ts";
import { KeyStore } from "../access/key_store.ts";
import { isScope, type Scope, SCOPES } from "../access/scope.ts";
import { systemClock } from "../log/system_clock.ts";
import { isoOf } from "../pnl/iso_time.ts";
import { type Command, type CommandContext, CommandError, UsageError } from "./command.ts";
import { type Config, readConfig } from "./config.ts";
import { readExpiry } from "./expiry.ts";
import { prepareFolder } from "./folder.ts";
import { print, printJson } from "./output.ts";

const MAX_NAME = 100;

type Options = CommandContext["options"];

function jsonOf(record: KeyRecord, now: number) {
  const { id, name, environment, scopes, createdAt, expiresAt, lastUsedAt, revokedAt } = record;
  return {
    ...{ id, name, environment, scopes, active: isActive(record, now) },
    createdAt: isoOf(createdAt),
    expiresAt: isoOf(expiresAt),
    lastUsedAt: isoOf(lastUsedAt),
    revokedAt: isoOf(revokedAt),
  };
}

function readScopes(text: string): Scope[] {
  const names = [...new Set(text.split(",").map((name) => name.trim()))];
  const wrong = names.find((name) => !isScope(name));
  if (wrong === undefined) return names.filter(isScope);
  throw new UsageError(
    `keys create --scopes: ${JSON.stringify(wrong)} is none of ${SCOPES.join(", ")}`,
  );
}

function readName(value: string | boolean | undefined): string {
  const name = String(value ?? "").trim();
  if (name === "") {
    throw new UsageError("keys create needs --name <text>, such as the name of who gets the key");
  }
  if (name.length > MAX_NAME || /\p{Cc}/u.test(name)) {
    throw new UsageError(`keys create --name: takes up to ${MAX_NAME} printable characters`);
  }
  return name;
}

function create(store: KeyStore, config: Config, options: Options): number {
  const now = systemClock.now();
  const made = store.create({
    name: readName(options.name),
    environment: config.mode === "sandbox" ? "test" : "live",
    scopes: readScopes(String(options.scopes ?? "read")),
    expiresAt: options.expires === undefined ? null : readExpiry(String(options.expires), now),
    now,
  });
  if (options.json === true) {
    printJson({ ...jsonOf(made, now), key: made.text });
    return 0;
  }
  const until = made.expiresAt === null ? "never expires" : `expires ${isoOf(made.expiresAt)}`;
  print(`Key ${made.id}, ${JSON.stringify(made.name)}: ${made.scopes.join(", ")}; ${until}.`);
  print(`\n  ${made.text}\n`);
  print("It is shown this once. Send it as a header: Authorization: Bearer <key>");
  return 0;
}

function stateOf(record: KeyRecord, now: number): string {
  if (record.revokedAt !== null) return "revoked";
  return isActive(record, now) ? "active" : "expired";
}

function list(store: KeyStore, options: Options): number {
  const now = systemClock.now();
  const records = store.list();
  if (options.json === true) {
    printJson(records.map((record) => jsonOf(record, now)));
    return 0;
  }
  if (records.length === 0) {
    print("There is no key. deno task keys create --name <text> makes one.");
  }
  for (const record of records) {
    const columns = [
      record.id,
      stateOf(record, now).padEnd(7),
      record.scopes.join(",").padEnd(16),
      `expires ${isoOf(record.expiresAt) ?? "never"}`.padEnd(32),
      `used ${isoOf(record.lastUsedAt) ?? "never"}`.padEnd(29),
      record.name,
    ];
    print(columns.join("  "));
  }
  return 0;
}

function revoke(store: KeyStore, id: string, options: Options): number {
  const now = systemClock.now();
  const record = store.revoke(id, now);
  if (record === null) throw new CommandError(`There is no key with the id ${JSON.stringify(id)}`);
  if (options.json === true) printJson(jsonOf(record, now));
  else {print(
      `Key ${record.id}, ${JSON.stringify(record.name)}, was revoked at ${
        isoOf(record.revokedAt)
      }.`,
    );}
  return 0;
}

function act(store: KeyStore, config: Config, { options, positionals }: CommandContext): number {
  const [action, id] = positionals;
  if (action === "revoke") {
    if (id === undefined) throw new UsageError("keys revoke needs <id>; keys list shows the ids");
    return revoke(store, id, options);
  }
  if (id !== undefined) {
    throw new UsageError(`keys ${action} takes no argument ${JSON.stringify(id)}`);
  }
  if (action === "create") return create(store, config, options);
  if (action === "list") return list(store, options);
  throw new UsageError(`keys: ${JSON.stringify(action)} is none of create, list, revoke`);
}

/** The subcommand. */
export const command: Command = {
  name: "keys",
  summary: "Make, list and revoke the API keys that a server asks for.",
  details:
    "create --name <text> shows the key's secret, once; list shows what there is; revoke <id>\n" +
    "ends a key, for ever. A running server knows it within seconds; docs/SECURITY.md says more.",
  positionals: ["create|list|revoke", "id"],
  leastPositionals: 1,
  options: {
    name: { type: "string", value: "TEXT", help: "create: whom or what the key is for." },
    scopes: {
      type: "string",
      value: "LIST",
      help:
        "create: read (default), audit, admin, each with those before it; metrics, for a scraper.",
    },
    expires: {
      type: "string",
      value: "WHEN",
      help: "create: after a time such as 90d or 12h, or on a UTC day; never by default.",
    },
    json: { type: "boolean", help: "Answer as JSON." },
  },
  async run(context) {
    const config = readConfig(context.env);
    if (config.role === "edge") {
      throw new CommandError("An edge has no keys of its own; run keys where the writer runs");
    }
    prepareFolder(config.dataDir, "PNL_DATA_DIR");
    using store = await KeyStore.open(`${config.dataDir}/state.db`, { synchronous: "FULL" });
    return act(store, config, context);
  },
};
