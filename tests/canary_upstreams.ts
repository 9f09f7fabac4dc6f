/**
 * Upstreams that tell secrets: they pass on what the sandbox answers with canaries in it, and in a bad mood
 * answer with everything that they were sent.
 */
import type { Sandbox } from "../src/sandbox/sandbox.ts";

/** What stands in what upstreams answer beside the figures. */
export const PAYLOAD = "canaryPayload7f3a9c";

/** How they answer. */
export const MOODS = [
  "well",
  "rows",
  "errors",
  "refusals",
  "malformed",
  "html",
  "redirect",
  "broken",
] as const;

/** One of {@link MOODS}. */
export type Mood = (typeof MOODS)[number];

/** The three upstreams. */
export interface TellingUpstreams extends AsyncDisposable {
  readonly urls: Readonly<Record<"kalshi" | "anthropic" | "revenue", string>>;
  mood: Mood;
  /** Requests since the mood was set last, of the upstream that had the fewest. */
  readonly asked: number;
  /** What requests were signed with, the newest of them. */
  readonly signatures: readonly string[];
}

type Json = Record<string, unknown>;

/** The answer with what nobody asked for in it; `spoil` has the first row in it say nothing else. */
function told(answer: Json, spoil: boolean): Json {
  const entries = Object.entries(answer).map(([name, value]): [string, unknown] => {
    if (!Array.isArray(value)) return [name, spoil && typeof value === "number" ? PAYLOAD : value];
    return [name, value.map((row, index) => tellingRow(row, spoil && index === 0))];
  });
  return { ...Object.fromEntries(entries), note: PAYLOAD, nested: { deep: [PAYLOAD] } };
}

function tellingRow(row: unknown, spoil: boolean): unknown {
  if (typeof row !== "object" || row === null) return row;
  const changed = Object.entries(row).map(([name, value]) => {
    const isName = /(^|_)id$|ticker|status/.test(name);
    return [name, spoil && typeof value === "string" && !isName ? PAYLOAD : value];
  });
  return { ...Object.fromEntries(changed), note: PAYLOAD };
}

/** What a server in a bad mood answers: all that it was sent, and a canary. */
function grumble(mood: Mood, request: Request): Response {
  const echo = JSON.stringify({ url: request.url, headers: [...request.headers] });
  const body = JSON.stringify({
    error: { code: PAYLOAD, type: PAYLOAD, message: `${PAYLOAD} ${echo}`, details: echo },
    msg: echo,
  });
  const headers = { "content-type": "application/json", "x-canary": PAYLOAD };
  switch (mood) {
    case "errors":
      return new Response(body, { status: 500, headers, statusText: PAYLOAD });
    case "refusals":
      return new Response(body, { status: 401, headers });
    case "html":
      return new Response(`<p>${echo}`, { headers: { "content-type": `text/html; x=${PAYLOAD}` } });
    case "redirect":
      return new Response(body, { status: 302, headers: { location: `http://${PAYLOAD}.test/` } });
    case "broken":
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode(body));
            controller.error(new Error(PAYLOAD));
          },
        }),
        { headers },
      );
    default:
      return new Response(body.slice(0, -1), { headers });
  }
}

const MOST_SIGNATURES = 50;

/** Starts them in front of a sandbox. */
export function startTellingUpstreams(sandbox: Sandbox): TellingUpstreams {
  const asked = { kalshi: 0, anthropic: 0, revenue: 0 };
  const signatures: string[] = [];
  let mood: Mood = "well";
  const answer = async (request: Request, name: keyof typeof asked, origin: string) => {
    asked[name] += 1;
    const signature = request.headers.get("kalshi-access-signature");
    if (signature !== null) signatures.push(signature);
    if (signatures.length > MOST_SIGNATURES) signatures.shift();
    if (mood !== "well" && mood !== "rows") return grumble(mood, request);
    const { pathname, search } = new URL(request.url);
    const response = await fetch(origin + pathname + search, { headers: request.headers });
    const date = response.headers.get("date") ?? "";
    const body = told(await response.json(), mood === "rows");
    return Response.json(body, { status: response.status, headers: { date, "x-canary": PAYLOAD } });
  };
  const start = (name: keyof typeof asked, baseUrl: string) => {
    const { origin, pathname } = new URL(baseUrl);
    const options = {
      port: 0,
      hostname: "127.0.0.1",
      onListen: () => {},
      onError: () => new Response("", { status: 502 }),
    };
    const server = Deno.serve(options, (request) => answer(request, name, origin));
    const path = pathname.replace(/\/$/, "");
    return { server, url: `http://127.0.0.1:${server.addr.port}${path}` };
  };
  const all = {
    kalshi: start("kalshi", sandbox.kalshi.baseUrl),
    anthropic: start("anthropic", sandbox.anthropic.baseUrl),
    revenue: start("revenue", sandbox.revenue.baseUrl),
  };
  return {
    urls: { kalshi: all.kalshi.url, anthropic: all.anthropic.url, revenue: all.revenue.url },
    get mood() {
      return mood;
    },
    set mood(next) {
      mood = next;
      for (const name of ["kalshi", "anthropic", "revenue"] as const) asked[name] = 0;
    },
    get asked() {
      return Math.min(...Object.values(asked));
    },
    signatures,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(Object.values(all).map(({ server }) => server.shutdown()));
    },
  };
}
