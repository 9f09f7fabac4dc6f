/** The dashboard's beginning: connects, and draws. */
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { listenForShortcuts } from "./keyboard.ts";
import { watchNode } from "./node.ts";
import { store } from "./session.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("Cannot draw the dashboard: the page has no #root");
store.client.start();
watchNode();
listenForShortcuts();
createRoot(root).render(<App />);
