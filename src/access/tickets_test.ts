import assert from "node:assert/strict";
import { type Bearer, Tickets, type TicketShelf, TooManyTicketsError } from "./tickets.ts";

const BEARER: Bearer = { keyId: "K1", session: null };

/** What two nodes share, in this process. */
class Shelf implements TicketShelf {
  readonly held = new Map<string, Bearer>();
  away = false;
  put(hash: string, bearer: Bearer): Promise<boolean> {
    if (!this.away) this.held.set(hash, bearer);
    return Promise.resolve(!this.away);
  }
  take(hash: string): Promise<Bearer | null> {
    const bearer = this.away ? undefined : this.held.get(hash);
    if (bearer !== undefined) this.held.delete(hash);
    return Promise.resolve(bearer ?? null);
  }
}

Deno.test("Tickets redeem() takes each ticket once, and nothing else", async () => {
  const tickets = new Tickets();
  const ticket = await tickets.issue(BEARER);
  assert.match(ticket, /^[0-9A-Za-z]{32}$/);
  assert.equal(await tickets.redeem(ticket.slice(1)), null);
  assert.equal(
    await tickets.redeem(ticket.replace(/.$/, (last) => last === "0" ? "1" : "0")),
    null,
  );
  assert.deepEqual(await tickets.redeem(ticket), BEARER);
  assert.equal(await tickets.redeem(ticket), null);
});

Deno.test("Tickets redeem() takes none that is older than 30 s", async () => {
  const real = performance.now;
  try {
    const tickets = new Tickets();
    const ticket = await tickets.issue(BEARER);
    const other = await tickets.issue(BEARER);
    const issuedAt = real.call(performance);
    performance.now = () => issuedAt + 29_000;
    assert.deepEqual(await tickets.redeem(ticket), BEARER);
    performance.now = () => issuedAt + 30_001;
    assert.equal(await tickets.redeem(other), null);
  } finally {
    performance.now = real;
  }
});

Deno.test("Tickets issue() gives one bearer 100 that are not used, and the others theirs", async () => {
  const tickets = new Tickets();
  const first = await tickets.issue(BEARER);
  for (let n = 1; n < 100; n++) await tickets.issue(BEARER);
  await assert.rejects(tickets.issue(BEARER), TooManyTicketsError);
  await tickets.issue({ keyId: "K2", session: null });
  await tickets.redeem(first);
  await tickets.issue(BEARER);
});

Deno.test("Tickets on a shelf are redeemed by whatever node is first, and by that one alone", async () => {
  const shelf = new Shelf();
  const [here, there] = [new Tickets(shelf), new Tickets(shelf)];
  const ticket = await here.issue(BEARER);
  assert.ok(![...shelf.held.keys()].includes(ticket), "the ticket itself lies nowhere");
  assert.deepEqual(await there.redeem(ticket), BEARER);
  assert.equal(await here.redeem(ticket), null);
  assert.equal(await there.redeem(ticket), null);
  const own = await here.issue(BEARER);
  assert.deepEqual(await here.redeem(own), BEARER);
  assert.equal(await there.redeem(own), null);
});

Deno.test("Tickets issued while the shelf is away count here; those on it wait for it", async () => {
  const shelf = new Shelf();
  const tickets = new Tickets(shelf);
  const shelved = await tickets.issue(BEARER);
  shelf.away = true;
  const local = await tickets.issue(BEARER);
  assert.deepEqual(await tickets.redeem(local), BEARER);
  assert.equal(await tickets.redeem(shelved), null, "another node may have had it");
});
