/** A client that asks a server for everything, rightly and wrongly, and notes what it is told. */
import type { Canary, Said } from "./canary_search.ts";

/** What is asked for with a key. */
const PATHS = [
  "/metrics",
  "/health",
  "/livez",
  "/readyz",
  "/api/session",
  "/api/pnl/current",
  "/api/pnl/history",
  "/api/pnl/breakdown",
  "/api/pnl/history?resolution=raw",
  "/api/pnl/history?resolution=1m",
  ...["totalRevenue", "totalExpenses", "netPnl", "grossMarginPct", "trendPct", "dailyTrendPct"]
    .map((metric) => `/api/pnl/explain?metric=${metric}`),
  "/api/circuit-breaker/status",
  "/api/cache/stats",
  "/api/events",
  "/api/events/facets",
  "/api/events/1",
  "/api/events?type=pnl.source.rejected.v1",
  "/api/events?type=pnl.source.degraded.v1",
  "/api/events?format=csv",
  "/api/audit/head",
  "/openapi.json",
  "/asyncapi.json",
  "/docs",
  "/",
];

/** The credentials that it has. */
export interface VisitorKeys {
  /** One that is good. */
  readonly key: string;
  /** One that looks good. */
  readonly wrong: string;
  /** One that was good. */
  readonly revoked: string;
}

/** Visits one server. */
export class CanaryVisitor {
  readonly #url: string;
  readonly #keys: VisitorKeys;
  readonly #said: Said;
  readonly #tickets: string[] = [];
  readonly #sessions: string[] = [];
  readonly #readers: ReadableStreamDefaultReader<string>[] = [];
  #socket: WebSocket | null = null;

  constructor(url: string, keys: VisitorKeys, said: Said) {
    this.#url = url;
    this.#keys = keys;
    this.#said = said;
  }

  /** The secrets that it was given or made up. */
  canaries(): Canary[] {
    return [
      { name: "API key", text: this.#keys.key },
      { name: "secret of an API key", text: this.#keys.key.split("_")[3]! },
      { name: "wrong API key", text: this.#keys.wrong },
      { name: "revoked API key", text: this.#keys.revoked },
      ...this.#sessions.map((text) => ({ name: "session", text })),
      ...this.#tickets.map((text) => ({ name: "ticket", text })),
    ];
  }

  /** A JSON answer to the key. */
  async json(path: string) {
    return await (await this.#ask(path)).json();
  }

  /** Opens each kind of stream, and notes what comes. */
  async follow(): Promise<void> {
    const socket = new WebSocket(
      `${this.#url.replace("http", "ws")}/ws?channels=pnl,sources,events&after=0&ticket=${await this
        .#ticket()}`,
      "pnl.v1",
    );
    socket.onmessage = ({ data }) => this.#said.add("WebSocket", String(data));
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("The socket did not open"));
    });
    socket.onerror = () => {};
    this.#socket = socket;
    await this.#read("snapshot stream", `/api/pnl/stream?ticket=${await this.#ticket()}`);
    await this.#read("event stream", `/api/events/stream?after=0&ticket=${await this.#ticket()}`);
  }

  /** Asks for everything once, rightly and wrongly. */
  async visit(): Promise<void> {
    for (const path of PATHS) {
      this.#said.add(path.replace(/\?.*/, ""), await (await this.#ask(path)).text());
    }
    await this.#signIn();
    for (const asked of this.#wrongly(await this.#ticket())) {
      const response = await asked;
      this.#said.add("refusals", `${response.status} ${await response.text()}`);
    }
  }

  /** Closes the streams. */
  async leave(): Promise<void> {
    this.#socket?.close();
    await Promise.all(this.#readers.map((reader) => reader.cancel()));
  }

  #ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#keys.key}` };
    return fetch(this.#url + path, { ...init, headers: { ...headers, ...init.headers } });
  }

  /** What is refused, with credentials wherever one might put them. */
  #wrongly(ticket: string): Promise<Response>[] {
    const { key, wrong, revoked } = this.#keys;
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(this.#url + path, { headers });
    const post = (path: string, body: string, headers: Record<string, string> = {}) =>
      fetch(this.#url + path, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", ...headers },
      });
    return [
      get("/api/pnl/current", { authorization: `Bearer ${wrong}` }),
      get("/api/pnl/current", { authorization: `Basic ${btoa(`u:${wrong}`)}` }),
      get("/api/pnl/current", { authorization: `Bearer ${revoked}` }),
      get(`/api/pnl/stream?ticket=${revoked}`),
      post("/api/session", JSON.stringify({ key: revoked })),
      get("/api/pnl/current", { cookie: `pnl=${wrong}` }),
      get("/api/pnl/current", { cookie: `pnl=${this.#sessions.at(-1)}` }),
      get(`/api/pnl/current?session=${this.#sessions.at(-1)}`),
      get("/api/pnl/current", { "x-request-id": key }),
      get(`/api/pnl/current?key=${key}`),
      get(`/api/pnl/current?key=${key}`, { authorization: `Bearer ${key}` }),
      get(`/api/pnl/stream?ticket=${wrong}`),
      get(`/api/pnl/stream?lastEventId=x&token=${key}`, { authorization: `Bearer ${key}` }),
      get(`/ws?ticket=${ticket}`),
      get(`/nope?token=${key}`, { authorization: `Bearer ${key}` }),
      post("/api/session", JSON.stringify({ key: wrong })),
      post("/api/session", JSON.stringify({ password: key })),
      post("/api/session", `{"key":"${key}`),
      post("/api/tickets", "", { authorization: `Bearer ${wrong}` }),
      post("/api/pnl/current", key),
    ];
  }

  async #ticket(): Promise<string> {
    const { ticket } = await (await this.#ask("/api/tickets", { method: "POST" })).json();
    this.#tickets.push(ticket);
    return ticket;
  }

  async #signIn(): Promise<void> {
    const body = JSON.stringify({ key: this.#keys.key });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${this.#url}/api/session`, { method: "POST", body, headers });
    await response.body?.cancel();
    const session = /=([^;]+)/.exec(response.headers.get("set-cookie") ?? "")?.[1] ?? "";
    this.#sessions.push(session);
    const signedIn = { headers: { cookie: `pnl=${session}` } };
    const known = await fetch(`${this.#url}/api/session`, signedIn);
    this.#said.add("/api/session", await known.text());
    const out = await fetch(`${this.#url}/api/session`, { method: "DELETE", ...signedIn });
    this.#said.add("/api/session", await out.text());
  }

  /** Notes what comes on a stream, until it is left. */
  async #read(place: string, path: string): Promise<void> {
    const { body } = await fetch(this.#url + path);
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    this.#readers.push(reader);
    void (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        this.#said.add(place, part.value);
      }
    })();
  }
}
