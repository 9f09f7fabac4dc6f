/** A WebSocket client in a process of its own: prints when each position arrived, as JSON, at the end. */
const [url, last] = Deno.args;
const arrivals: Record<string, number> = {};
const socket = new WebSocket(url!, "pnl.v1");
socket.onopen = () => console.log("open");
socket.onmessage = ({ data }) => {
  const at = performance.timeOrigin + performance.now();
  const position = /"position":(\d+)/.exec(String(data))?.[1];
  if (position === undefined) return;
  arrivals[position] ??= at;
  if (position !== last) return;
  console.log(JSON.stringify(arrivals));
  socket.close();
};
