import assert from "node:assert/strict";
import {
  runCommand,
  type ServerProcess,
  startServerProcess,
  until,
  withFolder,
} from "./server_process.ts";

/** Asks for the current snapshot. */
async function statusOf(server: ServerProcess, key: string | null): Promise<number> {
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(`${server.url}/api/pnl/current`, { headers });
  await response.body?.cancel();
  return response.status;
}

async function make(env: Record<string, string>, ...options: string[]) {
  const { code, out, err } = await runCommand(["keys", "create", "--json", ...options], env);
  assert.deepEqual([code, err], [0, ""]);
  return JSON.parse(out);
}

Deno.test("keys create shows the key once; list and revoke know it by its id", async () => {
  await withFolder(async (env) => {
    const shown = await runCommand(
      ["keys", "create", "--name", "desk", "--scopes", "read,audit", "--expires", "90d"],
      env,
    );
    assert.equal(shown.code, 0, shown.err);
    const [text = "", id = ""] = /pnl_test_(\w{10})_\w{30}/.exec(shown.out) ?? [];
    assert.match(shown.out, /read, audit; expires 20\d\d-/);
    const listed = await runCommand(["keys", "list"], env);
    assert.match(listed.out, new RegExp(`^${id}  active +read,audit .* desk\n$`));
    assert.ok(!listed.out.includes(text.slice(-30)));
    const revoked = await runCommand(["keys", "revoke", id], env);
    assert.equal(revoked.code, 0);
    const after = JSON.parse((await runCommand(["keys", "list", "--json"], env)).out);
    assert.deepEqual(after.map((key: { active: boolean }) => key.active), [false]);
    assert.ok(!JSON.stringify(after).includes("hash"));
  });
});

Deno.test("keys says what is wrong, exit 2, and what is not there, exit 1", async () => {
  await withFolder(async (env) => {
    const wrong: readonly (readonly [args: string[], says: RegExp])[] = [
      [[], /keys needs <create\|list\|revoke>/],
      [["make"], /"make" is none of create, list, revoke/],
      [["create"], /needs --name/],
      [["create", "--name", "a", "--scopes", "write"], /"write" is none of read, audit, admin/],
      [["create", "--name", "a", "--expires", "soon"], /"soon" is no time such as 90d/],
      [["create", "--name", "a", "--expires", "2020-01-01"], /is over already/],
      [["create", "--name", "a", "--expires", "2027-02-30"], /is no time/],
      [["revoke"], /needs <id>/],
      [["list", "x"], /takes no argument "x"/],
    ];
    for (const [args, says] of wrong) {
      const { code, err } = await runCommand(["keys", ...args], env);
      assert.equal(code, 2, args.join(" "));
      assert.match(err, says);
    }
    const missing = await runCommand(["keys", "revoke", "nobody"], env);
    assert.equal(missing.code, 1);
    assert.match(missing.err, /no key with the id "nobody"/);
  });
});

Deno.test("a server that others reach does not listen without a key, and asks for it", async () => {
  await withFolder(async (folderEnv) => {
    const env = { ...folderEnv, HOST: "0.0.0.0" };
    const refused = await runCommand(["serve"], env);
    assert.equal(refused.code, 2, refused.err);
    assert.match(refused.err, /no active API key.*deno task keys create --name/);
    const { key } = await make(env, "--name", "first");
    const server = await startServerProcess(env);
    try {
      assert.equal(await statusOf(server, null), 401);
      assert.equal(await statusOf(server, key), 200);
    } finally {
      await server.end("SIGTERM");
    }
    const open = await startServerProcess({ ...env, PNL_AUTH: "off" });
    try {
      assert.equal(await statusOf(open, null), 200);
      assert.match(open.output(), /Warning: PNL_AUTH: is off/);
    } finally {
      await open.end("SIGTERM");
    }
  });
});

Deno.test("keys made and revoked while the server runs count within seconds, and uses are written", async () => {
  await withFolder(async (folderEnv) => {
    const env = { ...folderEnv, PNL_AUTH: "required" };
    const server = await startServerProcess(env);
    try {
      assert.equal(await statusOf(server, null), 401);
      const { id, key } = await make(env, "--name", "desk");
      assert.equal(await statusOf(server, key), 200, "at once");
      const [listed] = JSON.parse((await runCommand(["keys", "list", "--json"], env)).out);
      assert.ok(Math.abs(Date.now() - Date.parse(listed.lastUsedAt)) < 60_000);
      await runCommand(["keys", "revoke", id], env);
      await until(() => statusOf(server, key), (status) => status === 401, 5_000);
      assert.ok(!server.output().includes(key.slice(-30)));
    } finally {
      await server.end("SIGTERM");
    }
  });
});
