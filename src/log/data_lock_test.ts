import assert from "node:assert/strict";
import { join } from "node:path";
import { acquireDataLock, DataLockedError, readDataLock } from "./data_lock.ts";
import { inTempDir } from "./testing.ts";

const MODULE = new URL("./data_lock.ts", import.meta.url).href;

/** A process that takes the lock, says so, and holds it until it is killed. */
async function holdElsewhere(dir: string, port: number): Promise<Deno.ChildProcess> {
  const script = `import { acquireDataLock } from ${JSON.stringify(MODULE)};
    acquireDataLock(${JSON.stringify(dir)}, { port: ${port} });
    console.log("held");
    setInterval(() => {}, 1000);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", script],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "held\n");
  await reader.cancel();
  return child;
}

Deno.test("acquireDataLock() lets one in, and names it to the second", () =>
  inTempDir((dir) => {
    using lock = acquireDataLock(dir, { port: 3000 });
    assert.throws(() => acquireDataLock(dir, { port: 4000 }), (error: unknown) => {
      assert.ok(error instanceof DataLockedError);
      assert.deepEqual([error.pid, error.port], [Deno.pid, 3000]);
      assert.match(error.message, new RegExp(`process ${Deno.pid} on port 3000`));
      return true;
    });
    assert.deepEqual(readDataLock(dir), lock.holder);
  }));

Deno.test("acquireDataLock() names a holder in another process, and follows its death", () =>
  inTempDir(async (dir) => {
    const child = await holdElsewhere(dir, 3456);
    using _killed = {
      [Symbol.dispose]: () => {
        try {
          child.kill("SIGKILL");
        } catch (error) {
          // It has ended, as it should.
          assert.ok(error instanceof TypeError || error instanceof Deno.errors.NotFound);
        }
      },
    };
    assert.throws(() => acquireDataLock(dir, { port: 1 }), (error: unknown) => {
      assert.ok(error instanceof DataLockedError);
      assert.deepEqual([error.pid, error.port], [child.pid, 3456]);
      return true;
    });
    assert.equal(readDataLock(dir)?.pid, child.pid);
    child.kill("SIGKILL");
    await child.status;
    assert.equal(readDataLock(dir), null);
    using lock = acquireDataLock(dir, { port: 1 });
    assert.deepEqual(readDataLock(dir), lock.holder);
    assert.equal(lock.holder.pid, Deno.pid);
  }));

Deno.test("acquireDataLock() says in its own words that its file cannot be written", () =>
  inTempDir((dir) => {
    Deno.mkdirSync(join(dir, "events.db.lock"));
    assert.throws(() => acquireDataLock(dir, { port: 1 }), { code: "data_lock_failed" });
  }));

Deno.test("DataLock.release() lets the next one in; setPort() is what others see", () =>
  inTempDir((dir) => {
    const lock = acquireDataLock(dir, { port: 0 });
    lock.setPort(65_535);
    assert.equal(readDataLock(dir)?.port, 65_535);
    lock.setPort(80);
    assert.equal(readDataLock(dir)?.port, 80);
    lock.release();
    lock.release();
    assert.equal(readDataLock(dir), null);
    acquireDataLock(dir, { port: 1 }).release();
  }));

Deno.test("DataLock.place is the folder's own, from one start to the next, and no copy's", () =>
  inTempDir((dir) => {
    const placeIn = (folder: string) => {
      using lock = acquireDataLock(folder, { port: 1 });
      return lock.place;
    };
    const place = placeIn(dir);
    assert.match(place ?? "", /^\d+:\d+$/);
    assert.equal(placeIn(dir), place);
    Deno.mkdirSync(join(dir, "copy"));
    Deno.copyFileSync(join(dir, "events.db.lock"), join(dir, "copy", "events.db.lock"));
    assert.notEqual(placeIn(join(dir, "copy")), place);
  }));

Deno.test("readDataLock() of a folder without one is null; whatever is in the file is no obstacle", () =>
  inTempDir((dir) => {
    assert.equal(readDataLock(dir), null);
    Deno.writeTextFileSync(join(dir, "events.db.lock"), "{".repeat(5000));
    assert.equal(readDataLock(dir), null);
    using lock = acquireDataLock(dir, { port: 7 });
    assert.deepEqual(readDataLock(dir), lock.holder);
  }));
