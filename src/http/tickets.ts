/** `/api/tickets`: what opens one stream where no header can be set. */
import type { Context } from "hono";
import { TooManyTicketsError } from "../access/tickets.ts";
import { ISSUE_TICKET } from "./api/access_doc.ts";
import { type AuthDeps, principalOf } from "./auth.ts";
import { HttpProblem } from "./problem.ts";
import { replyJson } from "./reply.ts";
import type { Routes } from "./routes.ts";

async function issue(c: Context, { access }: AuthDeps): Promise<Response> {
  try {
    const { ticket, expiresAt } = await access.issueTicket(principalOf(c));
    const body = { ticket, expiresAt: new Date(expiresAt).toISOString() };
    return replyJson(c, JSON.stringify(body));
  } catch (error) {
    if (!(error instanceof TooManyTicketsError)) throw error;
    throw new HttpProblem("too_many_tickets", "Too many tickets were not used yet.", {}, {
      "retry-after": "30",
    });
  }
}

/** Registers the route. */
export function ticketRoutes(routes: Routes, deps: AuthDeps): void {
  routes.post("/api/tickets", ISSUE_TICKET, async (c, query) => {
    query();
    return await issue(c, deps);
  });
}
