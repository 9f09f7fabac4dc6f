/** The dashboard's beginning: connects, and draws. */
import { createRoot } from "react-dom/client";
import { App, otherViews } from "./app.tsx";
import { heed } from "./api.ts";
import { refusalOf } from "./foresight.ts";
import { listenForShortcuts } from "./keyboard.ts";
import { watchNode } from "./node.ts";
import { followOtherTabs } from "./preferences.ts";
import { store } from "./session.ts";
import { watchAccess } from "./sign_in.ts";
import { followTheme } from "./theme.ts";

/** The first figures are on the screen by then. */
const PRELOAD_MS = 1_000;

const root = document.getElementById("root");
if (root === null) throw new Error("Cannot draw the dashboard: the page has no #root");
followTheme();
followOtherTabs();
heed(refusalOf);
store.client.start();
watchAccess();
watchNode();
listenForShortcuts();
createRoot(root).render(<App />);
setTimeout(() => otherViews.preload(), PRELOAD_MS);
