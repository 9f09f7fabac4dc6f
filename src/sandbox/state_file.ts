/** What the sandbox keeps in its folder: the plan, the extra steps taken, and its secrets. */
import { createPrivateKey, generateKeyPairSync, randomUUID } from "node:crypto";
import { z } from "zod";

const STATE = z.strictObject({
  version: z.literal(1),
  seed: z.int(),
  startedAt: z.int(),
  live: z.boolean(),
  historyDays: z.int(),
  fills: z.int(),
  kalshiKeyId: z.string(),
  adminKey: z.string(),
  revenueToken: z.string(),
  /** Extra steps, in order: how many, and up to which time in milliseconds. */
  advances: z.array(z.strictObject({ steps: z.int().min(1), at: z.int() })),
});

/** The content of `sandbox.json`; the account is a function of it and of the time. */
export type SandboxState = z.infer<typeof STATE>;

/** What decides the account, as asked for at this start. */
export type Plan = Pick<SandboxState, "seed" | "live" | "historyDays" | "fills">;

/** At most this many calls of `advance` are kept. */
export const MAX_ADVANCES = 10_000;

/** The folder holds a sandbox that is not the one asked for, or something unreadable. */
export class SandboxStateError extends Error {
  readonly code = "sandbox_state";
  constructor(readonly path: string, reason: string, options?: ErrorOptions) {
    super(`Cannot use the sandbox in ${path}: ${reason}`, options);
    this.name = "SandboxStateError";
  }
}

/** A new sandbox of this plan, begun at `startedAt` (milliseconds). */
export function newState(plan: Plan, startedAt: number): SandboxState {
  const secret = () => randomUUID().replaceAll("-", "");
  return {
    version: 1,
    ...plan,
    startedAt,
    kalshiKeyId: randomUUID(),
    adminKey: `sk-ant-admin01-sandbox-${secret()}`,
    revenueToken: `sandbox-${secret()}`,
    advances: [],
  };
}

/**
 * Reads the state kept in a folder; null where there is none yet.
 *
 * @throws {SandboxStateError} where it is unreadable or was made by another plan
 */
export async function readState(dir: string, plan: Plan): Promise<SandboxState | null> {
  const path = `${dir}/sandbox.json`;
  const text = await readFile(path);
  if (text === null) return null;
  const state = parseState(path, text);
  for (const key of ["seed", "live", "historyDays", "fills"] as const) {
    if (state[key] !== plan[key]) {
      throw new SandboxStateError(path, `it was made with ${key} ${state[key]}, not ${plan[key]}`);
    }
  }
  return state;
}

/** Writes the state, whole or not at all. The file holds secrets: mode 600. */
export function writeState(dir: string, state: SandboxState): void {
  replaceFile(`${dir}/sandbox.json`, `${JSON.stringify(STATE.parse(state), null, 2)}\n`);
}

let sharedKey: string | undefined;

/**
 * The private key of the account, PKCS#8 PEM: made at the first start and kept in the folder with mode
 * 600. Without a folder one key serves the whole process, for making one takes long.
 *
 * @throws {SandboxStateError} where the file cannot be read or holds no key
 */
export async function privateKey(dir: string | null): Promise<string> {
  if (dir === null) return sharedKey ??= makeKey();
  const path = `${dir}/sandbox-key.pem`;
  const kept = await readFile(path);
  if (kept !== null) {
    checkKey(path, kept);
    return kept;
  }
  const pem = makeKey();
  replaceFile(path, pem);
  return pem;
}

function checkKey(path: string, pem: string): void {
  try {
    createPrivateKey(pem);
  } catch {
    // The cause could hold a part of the key.
    throw new SandboxStateError(path, "the file is not a private key; remove it for a new one");
  }
}

/** A file's text; null where there is none. */
async function readFile(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return null;
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const reason = cause instanceof Deno.errors.PermissionDenied
      ? "the file may not be read"
      : "the file cannot be read";
    throw new SandboxStateError(path, reason, { cause });
  }
}

function makeKey(): string {
  const pair = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return pair.privateKey;
}

function parseState(path: string, text: string): SandboxState {
  try {
    return STATE.parse(JSON.parse(text));
  } catch (cause) {
    throw new SandboxStateError(path, "the file is not a sandbox's state", { cause });
  }
}

function replaceFile(path: string, text: string): void {
  const draft = `${path}.new`;
  const file = Deno.openSync(draft, { write: true, create: true, truncate: true, mode: 0o600 });
  try {
    const bytes = new TextEncoder().encode(text);
    for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    file.syncSync();
  } finally {
    file.close();
  }
  Deno.renameSync(draft, path);
}
