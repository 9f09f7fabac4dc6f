/** `/`: the dashboard, and the files that it is made of. */
import type { Context } from "hono";
import { chooseEncoding } from "./accept_encoding.ts";
import { ASSET, PAGE } from "./api/dashboard_doc.ts";
import { ASSETS } from "./assets_path.ts";
import type { DashboardFiles, StaticFile } from "./dashboard_files.ts";
import { entityTag, matches } from "./entity_tag.ts";
import { HttpProblem } from "./problem.ts";
import { type HeaderFields, reply } from "./reply.ts";
import type { Routes } from "./routes.ts";
import { UNBUILT } from "./unbuilt.ts";

const HOST = /^[A-Za-z0-9._-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/;

/** A page that is changed without its name: browsers ask each time whether theirs is still it. */
const ALWAYS_ASKED = "no-cache";
/** RFC 8246: nobody asks again. */
const FOR_EVER = "public, max-age=31536000, immutable";

/**
 * What the page may load and run: its own files, and nothing that is written into it. Browsers before
 * Safari 15.4 do not count WebSockets of the same host as `'self'`, so that they are named.
 */
function policy(host: string | null): string {
  const sockets = host !== null && HOST.test(host) ? ` ws://${host} wss://${host}` : "";
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${sockets}`,
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

/** Headers of a page for people. */
function pageHeaders(c: Context): HeaderFields {
  return {
    "content-security-policy": policy(c.req.raw.headers.get("host")),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": ALWAYS_ASKED,
  };
}

function send(c: Context, file: StaticFile, fields: HeaderFields): Response {
  const tag = entityTag(file.tag);
  const common = { etag: tag, vary: "Accept-Encoding", ...fields };
  if (matches(c, tag)) return reply(c, 304, null, common);
  const encoding = chooseEncoding(c.req.raw.headers.get("accept-encoding"));
  return reply(c, 200, file.bodies[encoding], {
    ...common,
    "content-type": file.type,
    ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
  });
}

/**
 * Registers the dashboard. The query of `/` is not looked at: links to a page get parameters added on
 * their way.
 *
 * @param files null where it is not built: then `/` says so
 */
export function dashboardRoutes(routes: Routes, files: DashboardFiles | null): void {
  routes.get("/", PAGE, (c) => {
    if (files !== null) return send(c, files.index, pageHeaders(c));
    return reply(c, 503, UNBUILT, {
      ...pageHeaders(c),
      "content-type": "text/html; charset=utf-8",
    });
  });

  routes.get(ASSETS, ASSET, (c, query) => {
    query();
    const name = c.req.param("name") ?? "";
    const file = files?.assets.get(name);
    if (file === undefined) {
      throw new HttpProblem("not_found", `The dashboard has no file ${JSON.stringify(name)}.`);
    }
    return send(c, file, { "cache-control": FOR_EVER });
  });
}
