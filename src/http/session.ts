/** `/api/session`: a browser signs in with a key, and is known by a cookie that no script can read. */
import type { Context } from "hono";
import { allOf } from "../access/scope.ts";
import { isoOf } from "../pnl/iso_time.ts";
import { BEGIN_SESSION, END_SESSION, WHO_ASKS } from "./api/access_doc.ts";
import { admitted, type AuthDeps, whoAsks } from "./auth.ts";
import { clientAddress, sessionCookie, sessionToken } from "./credentials.ts";
import { readJsonBody } from "./json_body.ts";
import { reply, replyJson } from "./reply.ts";
import type { Routes } from "./routes.ts";

/** Who asks, as the page needs it. */
function show(c: Context, deps: AuthDeps): Response {
  const who = whoAsks(c, deps);
  const key = who?.key ?? null;
  return replyJson(
    c,
    JSON.stringify({
      authRequired: deps.access.required,
      authenticated: key !== null,
      scopes: allOf(who?.scopes ?? []),
      key: key === null ? null : { id: key.id, name: key.name, expiresAt: isoOf(key.expiresAt) },
    }),
  );
}

async function signIn(c: Context, deps: AuthDeps): Promise<Response> {
  const { key: text } = await readJsonBody(c, BEGIN_SESSION.body);
  const credential = { kind: "key", text } as const;
  const who = admitted(deps.access.identify(credential, clientAddress(c, deps)));
  if (who.key === null) throw new Error("A key identified nobody");
  const { token, forMs } = deps.access.beginSession(text, who.key);
  const { name, attributes } = sessionCookie(c, deps);
  const maxAge = Math.floor(forMs / 1000);
  return reply(c, 204, null, {
    "set-cookie": `${name}=${token}; ${attributes}; Max-Age=${maxAge}`,
  });
}

function signOut(c: Context, deps: AuthDeps): Response {
  const token = sessionToken(c, deps);
  if (token !== null) deps.access.endSession(token);
  const { name, attributes } = sessionCookie(c, deps);
  return reply(c, 204, null, { "set-cookie": `${name}=; ${attributes}; Max-Age=0` });
}

/** Registers the routes. */
export function sessionRoutes(routes: Routes, deps: AuthDeps): void {
  routes.get("/api/session", WHO_ASKS, (c, query) => {
    query();
    return show(c, deps);
  });
  routes.post("/api/session", BEGIN_SESSION, (c, query) => {
    query();
    return signIn(c, deps);
  });
  routes.delete("/api/session", END_SESSION, (c, query) => {
    query();
    return signOut(c, deps);
  });
}
