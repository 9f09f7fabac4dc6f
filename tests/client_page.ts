/** What the browser's tests of the client load into a page: clients, and a component over a store. */
// @ts-types="@types/react"
import { createElement, StrictMode } from "react";
// @ts-types="@types/react-dom/client"
import { createRoot } from "react-dom/client";
import { PnlClient } from "../src/client/pnl_client.ts";
import { useAge, usePnl } from "../src/client/react.ts";
import { createPnlStore, type PnlStore } from "../src/client/store.ts";
import type { Timings } from "../src/client/timings.ts";

/** A client of this page, and what it gave out. */
class PageClient {
  readonly client: PnlClient;
  readonly finals: number[] = [];
  readonly story: string[] = [];

  constructor(url: string, timings: Partial<Timings>) {
    this.client = new PnlClient({ url, timings });
    this.client.onFinal(({ served }) => this.finals.push(Number(served.pos.split(":")[1])));
    this.client.subscribe(() => {
      const { status } = this.client.state;
      if (this.story.at(-1) !== status) this.story.push(status);
    });
    this.client.start();
  }

  /** All that a test asks for. */
  report() {
    const { snapshot, ...state } = this.client.state;
    const { finals, story } = this;
    const revenue = snapshot?.metrics.totalRevenue ?? null;
    return { ...state, revenue, finals, story, ageMs: this.client.ageMs() };
  }
}

/** How often each component was rendered. */
const renders = { net: 0, age: 0 };

function Net({ store }: { readonly store: PnlStore }) {
  renders.net += 1;
  // An object of its own each time, compared by its members.
  const { net, status } = usePnl(store, ({ snapshot, status }) => ({
    net: snapshot?.metrics.netPnl ?? "none",
    status,
  }));
  return createElement("p", { id: "net" }, `${net} ${status}`);
}

function Age({ store }: { readonly store: PnlStore }) {
  renders.age += 1;
  return createElement("p", { id: "age" }, String(useAge(store)));
}

let store: PnlStore | null = null;

function mount(url: string, storeMs: number, body: Parameters<typeof createRoot>[0]) {
  const client = new PnlClient({ url });
  store = createPnlStore(client, { storage: localStorage, storeMs });
  const root = createRoot(body);
  root.render(
    createElement(StrictMode, null, createElement(Net, { store }), createElement(Age, { store })),
  );
  return client;
}

Object.assign(globalThis, { PageClient, mount, renders, closeStore: () => store?.close() });
