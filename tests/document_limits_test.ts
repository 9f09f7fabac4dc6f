/** The limits that docs/SECURITY.md and docs/API.md name are those of the code and of the shipped proxy. */
import assert from "node:assert/strict";
import { SETTINGS } from "../src/cli/settings.ts";
import { perSecond } from "../src/access/quota.ts";
import { documents } from "./documents.ts";
import { rowsOf } from "./document_tables.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(`../${path}`, import.meta.url));

/**
 * A number that a file of the program holds under a name: `const NAME = 16 * 1024;`, or a member
 * `name: 20` of an object behind `NAME`. Nothing has to be exported for the documents' sake.
 */
function held(path: string, name: string, member?: string): number {
  const rest = member === undefined ? " = ([\\d_* ]+);" : ` = \\{.*?\\b${member}: ([\\d_* ]+)`;
  const [, text] = new RegExp(`\\bconst ${name}${rest}`).exec(read(path)) ?? [];
  assert.ok(text !== undefined, `${path} has the number ${name}`);
  return text.replaceAll("_", "").split("*").reduce((product, each) => product * Number(each), 1);
}

/** What the shipped proxy is told by a directive, where it stands first. */
function proxy(directive: string): string {
  const [, value] = new RegExp(`^\\s*${directive} (.*?);`, "m").exec(read("deploy/nginx.conf")) ??
    [];
  assert.ok(value !== undefined, `deploy/nginx.conf has ${directive}`);
  return value;
}

const seconds = (ms: number) => `${ms / 1_000} second${ms === 1_000 ? "" : "s"}`;
const number = (value: number) => value.toLocaleString("en-US");
const ofProxy = (directive: string) => `${parseInt(proxy(directive))} seconds`;

const ADDRESS = perSecond(Number(SETTINGS.PNL_RATE_PER_ADDRESS.fallback));
const KEY = perSecond(Number(SETTINGS.PNL_RATE_PER_KEY.fallback));
const FAILURES = "src/access/failures.ts";
const CUT = "src/http/cut_off.ts";
const ADMISSION = "src/stream/admission.ts";
const INBOUND = "src/stream/inbound.ts";

/** By the beginning of a row of "Who limits what", the texts that it has to hold. */
const LIMITS: readonly (readonly [begins: string, ...texts: string[]])[] = [
  ["requests of one address", `${ADDRESS.tokens} a second`, `${ADDRESS.burst} at once`],
  ["requests with one key", `${KEY.tokens} a second`, `${number(KEY.burst)} at once`],
  [
    "wrong keys",
    `${held(FAILURES, "OF_ADDRESS", "burst")} of an address`,
    `${held(FAILURES, "OF_KEY", "burst")} for a key`,
    `each ${held(FAILURES, "FORGIVEN_MS") / 1_000} s`,
  ],
  ["streams", "API.md#limits"],
  ["a WebSocket's frames and bytes", "API.md#limits"],
  [
    "a body |",
    `${held("src/http/bounds.ts", "MOST_BODY_BYTES") / 1_024} KiB`,
    `the proxy ${parseInt(proxy("client_max_body_size"))} KiB`,
  ],
  [
    "a body that is read",
    seconds(held("src/http/json_body.ts", "PATIENCE_MS")),
    `the proxy ${ofProxy("client_body_timeout")}`,
  ],
  ["a body of unknown length"],
  [
    "what goes on after a refusal",
    seconds(held(CUT, "BEFORE", "ms")),
    `${held(CUT, "BEFORE", "bytes") / 1_024 ** 2} MiB`,
  ],
  ["nothing more of a body that was announced", `the proxy: ${ofProxy("client_body_timeout")}`],
  ["what comes while an answer is under way"],
  ["the address with its query", `${number(held("src/http/bounds.ts", "MOST_URL"))} characters`],
  [
    "headers",
    `the proxy ${proxy("large_client_header_buffers").replace(" 8k", " lines of 8 KiB")}`,
  ],
  ["time until the headers are there", `the proxy: ${ofProxy("client_header_timeout")}`],
  ["time of a body that nothing reads", `the proxy: ${ofProxy("client_body_timeout")}`],
  ["connections", `the proxy: ${proxy("limit_conn connections")} of an address`],
];

Deno.test("docs/SECURITY.md tells each limit as the server and the shipped proxy have it", () => {
  const rows = rowsOf("docs/SECURITY.md", "Who limits what", "What").map((row) => row.join(" | "));
  for (const row of rows) {
    const known = LIMITS.filter(([begins]) => row.startsWith(begins));
    assert.equal(known.length, 1, `${row}: what holds it?`);
    for (const text of known[0]!.slice(1)) assert.ok(row.includes(text), `${row}: not ${text}`);
  }
  assert.equal(rows.length, LIMITS.length);
  // "The proxy twice as many": of requests a second, and at once.
  const [, rate] = /rate=(\d+)r\/s/.exec(proxy("limit_req_zone")) ?? [];
  const [, burst] = /burst=(\d+)/.exec(proxy("limit_req")) ?? [];
  assert.deepEqual([rate, burst].map(Number), [2 * ADDRESS.tokens, 2 * ADDRESS.burst]);
});

Deno.test("docs/API.md tells the limits of streams and of a WebSocket as the hub has them", () => {
  const text = documents().find(({ path }) => path === "docs/API.md")!.text.replace(/\s+/g, " ");
  const perHandshake = held(ADMISSION, "HANDSHAKES_PER_SECOND");
  const kib = (name: string) => `${held(INBOUND, name) / 1_024} KiB`;
  const said = [
    `Per process ${number(held(ADMISSION, "MAX_CONNECTIONS"))} streams`,
    `; ${held(ADMISSION, "MAX_PER_ADDRESS")} from one address`,
    `; ${held(ADMISSION, "MAX_PER_KEY")} with one key`,
    `; ${perHandshake} opened a second, and ` +
    `${number(perHandshake * held(ADMISSION, "BURST_SECONDS"))} at once`,
    `At most ${held("src/stream/protocol.ts", "MAX_INBOUND_BYTES") / 1_024} KiB a frame`,
    `${held(INBOUND, "BURST_FRAMES")} frames at once or ${
      held(INBOUND, "FRAMES_PER_SECOND")
    } a second`,
    `${kib("BURST_BYTES")} at once or ${kib("BYTES_PER_SECOND")} a second`,
    `\`subscribe\` counts as ${1 + held(INBOUND, "SUBSCRIBE_COST")} frames`,
    `more than ${held("src/stream/resume.ts", "MAX_REPLAYED_FINALS")} finals`,
  ];
  assert.deepEqual(said.filter((each) => !text.includes(each)), []);
});

Deno.test("docs/API.md tells when a source is stale as the server decides it", () => {
  const text = documents().find(({ path }) => path === "docs/API.md")!.text.replace(/\s+/g, " ");
  const served = "src/projection/served.ts";
  const [polls, grace] = [held(served, "MISSED_POLLS"), held(served, "GRACE_MS")];
  const after = (ms: number) => Math.max(polls * ms, ms + grace) / 1_000;
  const interval = (name: "KALSHI" | "ANTHROPIC" | "REVENUE") =>
    Number(SETTINGS[`${name}_POLL_MS`].fallback);
  assert.equal(interval("KALSHI"), interval("REVENUE"));
  const said = [
    `older than ${polls} of its intervals, and older than one interval and ${grace / 1_000} s`,
    `Kalshi and revenue are ${after(interval("KALSHI"))} s after their last answer, ` +
    `Anthropic ${after(interval("ANTHROPIC"))} s.`,
  ];
  assert.deepEqual(said.filter((each) => !text.includes(each)), []);
});
