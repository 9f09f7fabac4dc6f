import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { assertAccessible } from "./dashboard_accessible.ts";
import {
  adjustment,
  append,
  askedEvents,
  fills,
  rowOf,
  servedEvents,
  shownRows,
} from "./dashboard_events.ts";
import { CUT_LINE, dashboardTest, openDashboard } from "./dashboard_page.ts";
import { until } from "./server_process.ts";

const PATIENCE_MS = 15_000;

/** Waits until the rows begin with this position. */
function startsWith(page: Page, position: number) {
  return until(() => shownRows(page), ([first]) => first?.position === position, PATIENCE_MS);
}

/** Scrolls to the end until there is nothing older; the most rows that were in the page meanwhile. */
async function readToTheEnd(page: Page): Promise<number> {
  let most = 0;
  const step = async () => {
    most = Math.max(most, await page.locator(".events tbody tr").count());
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
    return await page.locator(".list-foot").innerText();
  };
  await until(step, (foot) => foot.endsWith("in all"), 30_000);
  return most;
}

dashboardTest(
  "events lists the log as the API has it, over 2,000 of it in a small page",
  async () => {
    await using server = await servedEvents();
    await append(server, [...fills(2_400), adjustment("a", "EVEN", "-1.5000001", "typo")]);
    const head = server.log.head().position;
    await using dashboard = await openDashboard({ origin: server.origin, at: "#/events" });
    const { page, origin } = dashboard;
    const first = await startsWith(page, head);
    const asked = await askedEvents(origin, "order=desc&limit=100");
    assert.ok(first.length > 20);
    assert.deepEqual(first, asked.slice(0, first.length).map(rowOf));
    assert.ok(first.some(({ amount }) => amount === "-1.5000001"));
    assert.ok(await readToTheEnd(page) < 120);
    const last = await shownRows(page);
    const end = last.at(-1);
    assert.equal(end?.position, 1);
    const oldest = await askedEvents(origin, `limit=${last.length}`);
    assert.deepEqual(last, oldest.map(rowOf).reverse());
    assert.match(
      await page.locator(".list-foot").innerText(),
      new RegExp(`^${head.toLocaleString("en")} `),
    );
    // What was left out meanwhile is read again.
    await page.evaluate("scrollTo(0, 0)");
    assert.deepEqual((await startsWith(page, head)).slice(0, 20), first.slice(0, 20));
  },
);

dashboardTest(
  "events filters by what the address says, names what is wrong, and offers the way out",
  async () => {
    await using server = await servedEvents();
    await append(server, fills(300));
    await using dashboard = await openDashboard({
      origin: server.origin,
      at: "#/events?subject=ODD&from=2026-11-22%2008:01&to=2026-11-22%2008:02",
    });
    const { page, origin } = dashboard;
    const shown = await until(() => shownRows(page), (rows) => rows.length === 30, PATIENCE_MS);
    const query = "subject=ODD&from=2026-11-22T08:01:00Z&to=2026-11-22T08:02:00Z&order=desc";
    assert.deepEqual(shown, (await askedEvents(origin, query)).map(rowOf));
    await page.getByLabel("Type").selectOption({ label: "Deposit (0)" });
    const empty = page.locator("[data-kind=empty]");
    await empty.getByText("Nothing in the log matches type Deposit.").waitFor();
    assert.match(page.url(), /type=pnl\.kalshi\.deposit\.recorded\.v1/);
    await empty.getByRole("button", { name: "Remove type" }).click();
    await until(() => shownRows(page), (rows) => rows.length === 30, PATIENCE_MS);
    await page.keyboard.press("/");
    assert.equal(await page.evaluate("document.activeElement.labels[0].textContent"), "Subject");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("EVEN ");
    await page.keyboard.press("Enter");
    await until(() => shownRows(page), ([row]) => row?.subject === "EVEN", PATIENCE_MS);
    await page.getByLabel("Recorded before").fill("tomorrow");
    await page.keyboard.press("Enter");
    await page.getByText("tomorrow is no UTC time").waitFor();
    assert.equal(await page.getByLabel("Recorded before").getAttribute("aria-invalid"), "true");
    assert.equal((await shownRows(page)).length, 0);
    await assertAccessible(page, "events, a wrong filter");
    await page.getByRole("button", { name: "Clear all" }).click();
    await startsWith(page, server.log.head().position);
    assert.equal(new URL(page.url()).hash, "#/events");
    await page.goBack();
    await page.getByText("tomorrow is no UTC time").waitFor();
  },
);

dashboardTest(
  "events follows the log, holds when it is told, and paints at most four times a second",
  async () => {
    await using server = await servedEvents();
    await append(server, fills(10));
    await using dashboard = await openDashboard({ origin: server.origin, at: "#/events" });
    const { page } = dashboard;
    await page.locator(".tail .badge").getByText("Live").waitFor();
    await page.evaluate(`{
    globalThis.paints = [];
    new MutationObserver(() => paints.push(performance.now()))
      .observe(document.querySelector(".events tbody"), { childList: true });
  }`);
    let made = 10;
    const appendOne = () => append(server, fills(1, made++));
    const from = performance.now();
    while (performance.now() - from < 2_000) {
      await appendOne();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await startsWith(page, server.log.head().position);
    const paints = await page.evaluate<number[]>("paints");
    const spacings = paints.slice(1).map((at, index) => at - (paints[index] ?? 0));
    assert.ok(paints.length >= 3, "it moved");
    // Several changes of one paint are told within it.
    assert.ok(spacings.every((ms) => ms < 20 || ms > 200), `${spacings.map(Math.round)}`);
    await page.keyboard.press("p");
    await page.locator(".tail .badge").getByText("Paused").waitFor();
    const held = server.log.head().position;
    await append(server, fills(300, made));
    await page.getByText("300 new waiting").waitFor();
    assert.equal((await shownRows(page))[0]?.position, held);
    await page.getByRole("button", { name: "Resume" }).click();
    await startsWith(page, server.log.head().position);
    await page.evaluate("scrollTo(0, 900)");
    await page.locator(".tail .badge").getByText("Held while you read").waitFor();
    await append(server, fills(1, made + 300));
    await page.getByRole("button", { name: "1 new event" }).click();
    await startsWith(page, server.log.head().position);
    assert.equal(await page.evaluate("scrollY"), 0);
  },
);

dashboardTest(
  "events goes on by itself when the server is back, and follows only what matches",
  async () => {
    await using server = await servedEvents();
    await append(server, fills(4));
    await using dashboard = await openDashboard({
      origin: server.origin,
      at: "#/events?subject=ODD",
      forgiven: CUT_LINE,
    });
    const { page } = dashboard;
    await page.locator(".tail .badge").getByText("Live").waitFor();
    const context = page.context();
    await context.setOffline(true);
    server.hub.sendAway();
    await page.locator(".tail .badge").getByText("Reconnecting").waitFor();
    await append(server, fills(4, 4));
    await context.setOffline(false);
    await page.locator(".tail .badge").getByText("Live").waitFor({ timeout: 30_000 });
    const rows = await until(() => shownRows(page), ({ length }) => length === 4, PATIENCE_MS);
    assert.ok(rows.every(({ subject }) => subject === "ODD"));
  },
);

dashboardTest("events follows the sandbox as it trades", async () => {
  await using dashboard = await openDashboard({
    at: "#/events?source=%2Fkalshi",
    env: { KALSHI_POLL_MS: "300" },
  });
  const { page, origin } = dashboard;
  await page.locator(".tail .badge").getByText("Live").waitFor({ timeout: PATIENCE_MS });
  const [before] = await until(() => shownRows(page), ({ length }) => length > 20, PATIENCE_MS);
  const later = await until(
    () => shownRows(page),
    ([first]) => (first?.position ?? 0) > (before?.position ?? Infinity),
    30_000,
  );
  const query = `source=/kalshi&order=desc&limit=20&before=${(later[0]?.position ?? 0) + 1}`;
  assert.deepEqual(later.slice(0, 20), (await askedEvents(origin, query)).map(rowOf));
  await assertAccessible(page, "events");
  await page.keyboard.press("h");
  assert.equal(await page.locator(".events tbody [data-value]").count(), 0);
  assert.doesNotMatch(await page.locator(".events tbody").innerText(), /\$\d/);
});

dashboardTest(
  "events is read by the keyboard, and an event leads back to where the reader was",
  async () => {
    await using server = await servedEvents();
    await append(server, fills(500));
    const head = server.log.head().position;
    await using dashboard = await openDashboard({ origin: server.origin, at: "#/events" });
    const { page } = dashboard;
    await startsWith(page, head);
    const focused = () => page.evaluate<string>("document.activeElement.textContent");
    await page.locator(".export a").last().focus();
    await page.keyboard.press("Tab");
    assert.equal(await focused(), String(head));
    for (let row = 0; row < 40; row++) await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), String(head - 40));
    await page.keyboard.press("ArrowUp");
    assert.equal(await focused(), String(head - 39));
    await page.keyboard.press("Tab");
    assert.match(await focused(), /^Load/);
    // The rows of the new place are drawn before anybody can press the next key.
    await until(() => shownRows(page), ([row]) => (row?.position ?? head) < head - 39, PATIENCE_MS);
    await page.keyboard.press("Shift+Tab");
    const position = await focused();
    assert.match(position, /^\d+$/, "the row on the screen at which the tab key stops");
    const top = await page.evaluate<number>("scrollY");
    assert.ok(top > 500);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: `Event ${position}` }).waitFor();
    await page.keyboard.press("u");
    await until(() => page.evaluate<number>("scrollY"), (now) => now === top, PATIENCE_MS);
  },
);

dashboardTest("events exports what the filters let through, and no formula", async () => {
  await using server = await servedEvents();
  await append(server, [...fills(20), adjustment("a", "@ODD", "-2", '=HYPERLINK("http://x")')]);
  await using dashboard = await openDashboard({
    origin: server.origin,
    at: "#/events?source=%2Foperator",
  });
  const { page } = dashboard;
  const files: Record<string, string> = {};
  for (const name of ["CSV", "NDJSON"]) {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name, exact: true }).click(),
    ]);
    files[name] = await Deno.readTextFile(await download.path());
    assert.match(download.suggestedFilename(), /^pnl-events-operator-to-\d+\.(csv|ndjson)$/);
  }
  const [heads, row, ...rest] = files.CSV?.split("\r\n") ?? [];
  assert.match(heads ?? "", /^sequence,recordedtime,time,source,type,subject,/);
  assert.deepEqual(rest, [""]);
  assert.match(row ?? "", /,'@ODD,/);
  assert.match(row ?? "", /,"'=HYPERLINK\(""http:\/\/x""\)",kalshi,'=cmd\(\)$/);
  const [line] = server.log.read({ source: "/operator" });
  assert.equal(files.NDJSON, `${line?.line}\n`);
});

dashboardTest(
  "events shows the positions that a link from elsewhere names, and no later one",
  async () => {
    await using server = await servedEvents();
    await append(server, fills(300));
    const at = "#/events?type=pnl.kalshi.fill.recorded.v1&after=20&before=240";
    await using dashboard = await openDashboard({ origin: server.origin, at });
    const { page } = dashboard;
    await startsWith(page, 239);
    await page.locator(".tail .badge").getByText("Complete").waitFor();
    await readToTheEnd(page);
    const rows = await shownRows(page);
    assert.equal(rows.at(-1)?.position, 21);
    assert.match(await page.locator(".list-foot").innerText(), /^219 events in all/);
    await page.getByRole("button", { name: "Position below 240" }).click();
    await startsWith(page, server.log.head().position);
    await page.locator(".tail .badge").getByText(/Live|Held/).waitFor();
    await page.evaluate('location.hash = "#/events?after=7&before=8"');
    await page.getByRole("alert").getByText("Position below: leaves no position.").waitFor();
  },
);
