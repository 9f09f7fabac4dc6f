/** The live line: a WebSocket, or an EventSource where WebSockets do not get through. */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** After so many WebSockets that never opened the next attempt is an EventSource. */
const FAILURES_UNTIL_FALLBACK = 3;
/** An attempt that has brought nothing within this time has failed. */
const CONNECT_MS = 10_000;
/** Silence for so many intervals means that the line is dead, whatever the socket says. */
const SILENT_INTERVALS = 3;

/**
 * Follows the stream for ever.
 *
 * @param on `snapshot(data, via)`, `state(name, waitMs)` with live, connecting or lost, `reset()`
 */
export function follow(on) {
  let failures = 0;
  let waitMs = FIRST_WAIT_MS;
  /** Said by the WebSocket's hello; an EventSource does not know and is patient. */
  let intervalMs = 20_000;
  let watchdog = 0;
  let end = () => {};
  let timer = 0;

  const heard = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => again(), SILENT_INTERVALS * intervalMs + 2_000);
  };
  const take = (data, via) => {
    failures = 0;
    waitMs = FIRST_WAIT_MS;
    heard();
    on.state("live");
    on.snapshot(data, via);
  };
  /** Full jitter: clients that were cut off together do not come back together. */
  const again = (hintMs) => {
    clearTimeout(watchdog);
    clearTimeout(timer);
    end();
    end = () => {};
    const delay = hintMs ?? Math.random() * waitMs;
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    on.state("lost", delay);
    timer = setTimeout(connect, delay);
  };
  const webSocket = () => {
    const url = new URL("/ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, "pnl.v1");
    let ours = true;
    end = () => {
      ours = false;
      socket.close();
    };
    socket.onmessage = ({ data }) => {
      if (!ours) return;
      const frame = JSON.parse(data);
      if (frame.type === "hello") intervalMs = frame.intervalMs;
      if (frame.type === "reset") on.reset();
      if (frame.type === "snapshot") take(frame.data, "WebSocket");
    };
    socket.onclose = (event) => {
      if (!ours) return;
      failures += 1;
      const hint = event.code === 1001 ? /^retryMs=(\d+)$/.exec(event.reason)?.[1] : undefined;
      again(hint === undefined ? undefined : Number(hint));
    };
  };
  const eventSource = () => {
    const source = new EventSource("/api/pnl/stream");
    let ours = true;
    end = () => {
      ours = false;
      source.close();
    };
    source.addEventListener(
      "snapshot",
      ({ data }) => ours && take(JSON.parse(data), "EventSource"),
    );
    source.addEventListener("reset", () => ours && on.reset());
    source.onerror = () => {
      if (!ours) return;
      // The next attempts are WebSockets again.
      failures = 0;
      again();
    };
  };
  const connect = () => {
    on.state("connecting");
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      failures += 1;
      again();
    }, CONNECT_MS);
    if (failures < FAILURES_UNTIL_FALLBACK) webSocket();
    else eventSource();
  };

  connect();
  addEventListener("online", () => again(0));
}
