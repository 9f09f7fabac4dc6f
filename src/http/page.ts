/** `/`: a plain page that shows the metrics live. */
import CSS from "./page/page.css" with { type: "text" };
import HTML from "./page/index.html" with { type: "text" };
import CONNECTION from "./page/connection.js" with { type: "text" };
import FORMAT from "./page/format.js" with { type: "text" };
import ICON from "./page/icon.svg" with { type: "text" };
import PAGE from "./page/page.js" with { type: "text" };
import { NO_PARAMETERS, readQuery } from "./query.ts";
import { reply } from "./reply.ts";
import type { Routes } from "./routes.ts";

const JAVASCRIPT = "text/javascript; charset=utf-8";

const FILES: readonly (readonly [path: string, type: string, text: string])[] = [
  ["/", "text/html; charset=utf-8", HTML],
  ["/page/page.css", "text/css; charset=utf-8", CSS],
  ["/page/page.js", JAVASCRIPT, PAGE],
  ["/page/connection.js", JAVASCRIPT, CONNECTION],
  ["/page/format.js", JAVASCRIPT, FORMAT],
  ["/page/icon.svg", "image/svg+xml", ICON],
];

const HEADERS = {
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; " +
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "cache-control": "no-cache",
};

/** Registers the page and its parts. */
export function pageRoutes(routes: Routes): void {
  for (const [path, type, text] of FILES) {
    routes.get(path, (c) => {
      if (path !== "/") readQuery(c, NO_PARAMETERS);
      return reply(c, 200, text, { "content-type": type, ...HEADERS });
    });
  }
}
