import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { leafHash } from "../src/log/merkle.ts";
import { formatMoney, minus, parseMoney } from "../src/pnl/money.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { adjustment, append, fills, servedEvents } from "./dashboard_events.ts";
import { dashboardTest, openDashboard, refusals } from "./dashboard_page.ts";
import { until } from "./server_process.ts";

const PATIENCE_MS = 15_000;

/** The line of an event, as the server has it. */
async function lineOf(origin: string, position: number): Promise<string> {
  return await (await fetch(`${origin}/api/events/${position}`)).text();
}

function badge(page: Page) {
  return page.locator("[data-verdict] .badge");
}

dashboardTest(
  "an event is shown as it is stored, its hash computed by the browser itself",
  async () => {
    await using server = await servedEvents();
    await append(server, [...fills(3), adjustment("a", "ODD", "-2", "déjà vu – “quoted”")]);
    const head = server.log.head().position;
    await using dashboard = await openDashboard({
      origin: server.origin,
      at: `#/events/${head}`,
      context: { permissions: ["clipboard-read", "clipboard-write"] },
    });
    const { page, origin } = dashboard;
    await badge(page).getByText("Verified here").waitFor();
    const line = await lineOf(origin, head);
    const hashes = await page.locator(".hashes dd").allInnerTexts();
    assert.deepEqual(hashes.map((text) => text.trim()), [leafHash(line), leafHash(line)]);
    const laidOut = await page.locator(".record").innerText();
    assert.equal(laidOut, JSON.stringify(JSON.parse(line), null, 2));
    await page.getByRole("button", { name: "Laid out" }).click();
    assert.equal(await page.locator(".record").innerText(), line);
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    const copied = () => page.evaluate<string>("navigator.clipboard.readText()");
    await until(copied, (text) => text === line, PATIENCE_MS);
    for (const name of ["Happened", "Recorded", "Source", "Type", "Subject", "Id"]) {
      await page.locator(".facts dt").getByText(name, { exact: true }).waitFor();
    }
    await assertAccessible(page, "event");
    await page.keyboard.press("h");
    assert.equal(await page.locator(".record").count(), 0, "amounts are hidden in the record too");
    assert.doesNotMatch(await page.locator("main").innerText(), /-2\b/);
    await page.getByRole("button", { name: "Show amounts" }).click();
    await page.locator(".record").waitFor();
  },
);

dashboardTest(
  "an event that is not what its hash says is loudly so, and one that cannot be checked says it",
  async () => {
    await using server = await servedEvents();
    await append(server, fills(2));
    await using dashboard = await openDashboard({ origin: server.origin, at: "#/events/1" });
    const { page } = dashboard;
    await badge(page).getByText("Verified here").waitFor();
    // Somebody between the log and the reader changes one digit.
    await page.route("**/api/events/2", async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace('"count":"1.00"', '"count":"9.00"');
      await route.fulfill({ response: answer, body });
    });
    await page.keyboard.press("n");
    await badge(page).getByText("Mismatch").waitFor();
    await page.getByRole("alert").getByText("not what its hash says").waitFor();
    await assertAccessible(page, "event, a mismatch");
    await page.unroute("**/api/events/2");
    await page.addInitScript(
      "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })",
    );
    await page.reload();
    await badge(page).getByText("Not available").waitFor();
    assert.match(await page.locator(".hashes").innerText(), /not available$/);
  },
);

dashboardTest(
  "an event leads to those beside it that match, and to the newest when it comes",
  async () => {
    await using server = await servedEvents();
    await append(server, fills(6));
    // The day's beginning is the first event, so that EVEN is at 2, 4 and 6.
    await using dashboard = await openDashboard({
      origin: server.origin,
      at: "#/events/4?subject=EVEN",
    });
    const { page } = dashboard;
    const hash = (wished: string) =>
      until(() => page.evaluate<string>("location.hash"), (now) => now === wished, PATIENCE_MS);
    const steps = page.getByRole("navigation", { name: "Events beside this one" });
    await steps.getByRole("link", { name: "Newer match" }).waitFor();
    await page.keyboard.press("n");
    await hash("#/events/6?subject=EVEN");
    await until(() => steps.getByRole("link").count(), (count) => count === 1, PATIENCE_MS);
    await append(server, fills(1, 6));
    await steps.getByRole("link", { name: "Newer match" }).click();
    await hash("#/events/8?subject=EVEN");
    await page.getByRole("heading", { name: "Event 8" }).waitFor();
    for (const position of [6, 4, 2]) {
      await steps.getByRole("link", { name: "Older match" }).waitFor();
      await until(
        () => page.locator("h1").innerText(),
        (text) => !text.includes(`${position}`),
        PATIENCE_MS,
      );
      await page.keyboard.press("p");
      await hash(`#/events/${position}?subject=EVEN`);
      await page.getByRole("heading", { name: `Event ${position}` }).waitFor();
      await page.locator(`.event[aria-busy=false]`).waitFor();
    }
    await page.keyboard.press("u");
    await hash("#/events?subject=EVEN");
  },
);

dashboardTest(
  "an event says what it moved, by the server's own figures, and how it was corrected",
  async () => {
    await using server = await servedEvents();
    await append(server, fills(4));
    await append(server, [adjustment("a", "3", "7.25", "the fee was paid back")]);
    const corrected = server.log.head().position;
    await using dashboard = await openDashboard({ origin: server.origin, at: "#/events/3" });
    const { page, origin } = dashboard;
    const correction = page.locator(".corrections li");
    await correction.getByText("the fee was paid back").waitFor();
    assert.equal(
      await correction.locator("[data-value]").first().getAttribute("data-value"),
      "7.25",
    );
    await correction.getByRole("link").click();
    await page.getByRole("heading", { name: `Event ${corrected}` }).waitFor();
    await page.getByRole("button", { name: "Show before and after" }).click();
    const explained = async (metric: string, at: number) => {
      const answer = await fetch(`${origin}/api/pnl/explain?metric=${metric}&at=${at}`);
      return (await answer.json()).value;
    };
    for (const metric of ["netPnl", "totalRevenue", "kalshi.pnl", "kalshi.adjustments"]) {
      const row = page.locator(`tr[data-metric="${metric}"][aria-busy=false]`);
      await row.waitFor();
      const before = await explained(metric, corrected - 1);
      const after = await explained(metric, corrected);
      const change = formatMoney(minus(parseMoney(after), parseMoney(before)));
      const values: (string | null)[] = [];
      for (const each of await row.locator("[data-value]").all()) {
        values.push(await each.getAttribute("data-value"));
      }
      assert.deepEqual(values, [before, after, change], metric);
      assert.equal(change, "7.25", metric);
    }
    await assertAccessible(page, "event, what it moved");
    await page.locator('tr[data-metric="kalshi.pnl"] a').click();
    await until(
      () => page.evaluate<string>("location.hash"),
      (now) => now === `#/explain/kalshi.pnl?at=${corrected}`,
      PATIENCE_MS,
    );
  },
);

dashboardTest("an event that the log does not have is said to be none", async () => {
  await using server = await servedEvents();
  await append(server, fills(1));
  await using dashboard = await openDashboard({
    origin: server.origin,
    at: "#/events/99",
    forgiven: refusals(404),
  });
  const { page } = dashboard;
  for (const [text, name] of [["99", "99"], ["0", "0"], ["1e3", "1e3"], ["%3Cb%3E", "<b>"]]) {
    await page.evaluate(`location.hash = "#/events/${text}"`);
    await page.getByText(`The log has no event ${name}.`).waitFor();
  }
  await assertAccessible(page, "no event");
  await page.getByRole("link", { name: "The newest events" }).click();
  await page.locator(".events").waitFor();
});
