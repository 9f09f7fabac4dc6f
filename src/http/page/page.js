/** Shows the stream: figures into the elements that name them, state and age beside them. */
import { follow } from "./connection.js";
import { age, money, NOTHING, percentage, sign, time, whole } from "./format.js";

const SOURCES = ["kalshi", "anthropic", "revenue"];
/** What is read aloud changes at most this often. */
const ANNOUNCE_MS = 30_000;
const PAINT_MS = 250;
const ASK_AGAIN_MS = 5_000;

const byId = (id) => document.getElementById(id);
const at = (snapshot, path) => path.split(".").reduce((value, name) => value?.[name], snapshot);

let snapshot = null;
let receivedAt = 0;
let via = "";
let line = { state: "connecting", until: 0 };
let painting = 0;
let announcedAt = -Infinity;
let announced = "";
let asking = 0;

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function paintFigures() {
  for (const element of document.querySelectorAll("[data-money]")) {
    const value = at(snapshot, element.dataset.money);
    const withSign = element.dataset.signed !== undefined;
    setText(element, money(value, withSign));
    element.title = value ?? "";
    paintSign(element, value, withSign);
  }
  for (const element of document.querySelectorAll("[data-percent]")) {
    const value = at(snapshot, element.dataset.percent);
    const withSign = element.dataset.signed !== undefined;
    setText(element, percentage(value, withSign));
    paintSign(element, value, withSign);
  }
  for (const element of document.querySelectorAll("[data-count]")) {
    setText(element, whole(at(snapshot, element.dataset.count)));
  }
  for (const element of document.querySelectorAll("[data-time]")) {
    setText(element, time(at(snapshot, element.dataset.time)));
  }
  for (const element of document.querySelectorAll("[data-text]")) {
    setText(element, at(snapshot, element.dataset.text) ?? NOTHING);
  }
}

function paintSign(element, value, withSign) {
  element.classList.toggle("up", withSign && sign(value) > 0);
  element.classList.toggle("down", withSign && sign(value) < 0);
}

function paintQuality() {
  const { quality, window: span, served } = snapshot;
  const faults = [];
  if (quality.pending.length > 0) faults.push(`not known yet: ${quality.pending.join(", ")}`);
  if (quality.rejected > 0) faults.push(`${whole(quality.rejected)} rows rejected`);
  if (quality.quarantined > 0) faults.push(`${whole(quality.quarantined)} events quarantined`);
  if (served.stale.length > 0) faults.push(`stale: ${served.stale.join(", ")}`);
  setText(
    byId("quality"),
    `${quality.complete ? "Complete" : `Incomplete since event ${whole(quality.incompleteSince)}`}${
      faults.length > 0 ? ` – ${faults.join("; ")}` : "."
    }`,
  );
  setText(
    byId("window"),
    `${time(span.start)} – ${time(span.end).slice(11)} UTC, ${span.final ? "final" : "open"}`,
  );
  for (const name of SOURCES) paintBadge(name, served);
}

function paintBadge(name, served) {
  const badge = document.querySelector(`[data-badge="${name}"]`);
  const dataAge = served.sources[name]?.dataAgeMs;
  const stale = served.stale.includes(name);
  const known = dataAge === null || dataAge === undefined
    ? "not read yet"
    : `${stale ? "stale, " : ""}read ${age(dataAge + performance.now() - receivedAt)} ago`;
  setText(badge, served.notConfigured.includes(name) ? "not configured" : known);
  badge.classList.toggle("warn", stale);
}

/** What the figures are worth now: `waiting`, `lost`, `unconfirmed`, `stale` or `live`. */
function worth() {
  if (line.state !== "live" || snapshot === null) return snapshot === null ? "waiting" : "lost";
  const { confirmed, stale, from } = snapshot.served;
  if (!confirmed) return "unconfirmed";
  return stale.length > 0 || from === "default" ? "stale" : "live";
}

function lineWords(state) {
  const wait = Math.ceil((line.until - performance.now()) / 1000);
  if (line.state === "live") {
    return `Live over ${via}${state === "unconfirmed" ? ", unconfirmed" : ""}`;
  }
  return line.state === "lost" && wait > 0 ? `Disconnected, next try in ${wait} s` : "Connecting";
}

function noteWords(state) {
  if (state === "lost") return "The line is cut. These are the last figures that arrived.";
  if (snapshot?.served.from === "default") {
    return "No figures are known yet: these zeros are placeholders.";
  }
  if (state !== "unconfirmed") return "";
  const { confirmedAgeMs } = snapshot.served;
  if (confirmedAgeMs === null) {
    return "Unconfirmed: nothing has been heard of the writer yet. Newer figures may be missing.";
  }
  const since = age(confirmedAgeMs + performance.now() - receivedAt);
  return `Unconfirmed for ${since}. Newer figures may be missing.`;
}

function paintLine() {
  const state = worth();
  document.body.dataset.state = state;
  const words = lineWords(state);
  setText(byId("connection"), words);
  setText(
    byId("age"),
    snapshot === null ? "" : `as of ${age(performance.now() - receivedAt)} ago`,
  );
  const note = noteWords(state);
  byId("note").hidden = note === "";
  setText(byId("note"), note);
  announce(state, words);
}

/** Changes of state at once, the net now and then; not every tick. */
function announce(state, words) {
  const now = performance.now();
  const changed = state !== announced;
  if (!changed && (state !== "live" || now - announcedAt < ANNOUNCE_MS)) return;
  announced = state;
  announcedAt = now;
  const net = snapshot === null ? "" : `. Net profit ${money(snapshot.metrics.netPnl, true)}`;
  setText(byId("announce"), changed ? `${words}${net}` : net.slice(2));
}

function paint() {
  painting = 0;
  if (snapshot !== null) {
    paintFigures();
    paintQuality();
    document.title = `${money(snapshot.metrics.netPnl, true)} – Profit and loss`;
  }
  paintLine();
}

function paintSoon() {
  if (painting === 0) painting = setTimeout(paint, snapshot === null ? 0 : PAINT_MS);
}

follow({
  snapshot(data, transport) {
    const first = snapshot === null;
    snapshot = data;
    via = transport;
    receivedAt = performance.now();
    if (first) paint();
    else paintSoon();
  },
  state(name, waitMs = 0) {
    // After a break another node may answer, or the same for another writer.
    if (name === "live" && line.state !== "live") askNode();
    line = { state: name, until: performance.now() + waitMs };
    paintSoon();
  },
  reset: paintSoon,
});

setInterval(() => {
  if (snapshot !== null) paintQuality();
  paintLine();
}, 1_000);

/**
 * Asks what kind of node this is, and whose figures it shows. An edge knows that only once it has heard of
 * the writer, so it is asked again until then.
 */
function askNode() {
  clearTimeout(asking);
  fetch("/health")
    .then((response) => response.json())
    .then(({ mode, role }) => {
      byId("sandbox").hidden = mode !== "sandbox";
      for (const link of document.querySelectorAll("[data-log]")) link.hidden = role === "edge";
      if (mode === null) asking = setTimeout(askNode, ASK_AGAIN_MS);
    })
    .catch(() => asking = setTimeout(askNode, ASK_AGAIN_MS));
}

askNode();
