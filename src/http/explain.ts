/** `/api/pnl/explain`: how a number came about. */
import type { Context } from "hono";
import type { z } from "zod";
import { ExplainerBusyError, NotFoldedError } from "../projection/explainer.ts";
import { TooFarError } from "../projection/explain_past.ts";
import { EXPLAIN } from "./api/pnl_doc.ts";
import type { AppDeps } from "./deps.ts";
import { notOnThisNode } from "./not_on_this_node.ts";
import { HttpProblem } from "./problem.ts";
import { replyJson } from "./reply.ts";
import type { Routes } from "./routes.ts";

type Question = z.output<typeof EXPLAIN.query>;

const SOON = { "retry-after": "1" };

/** What a client is told of a failure. */
function problemOf(error: unknown, deps: AppDeps): unknown {
  if (error instanceof NotFoldedError) {
    const { position, folded } = error;
    const detail = folded === 0
      ? "The log is empty: there is nothing to explain yet."
      : `Position ${position} is not folded yet; ${folded} is the newest.`;
    return new HttpProblem("not_found", detail, { position: folded });
  }
  if (error instanceof TooFarError) {
    const { position, reached } = error;
    const detail = `Folding up to position ${position} takes longer than a request may; ` +
      `${reached} is reached, and the next request goes on from there.`;
    return new HttpProblem("too_far", detail, { reached }, SOON);
  }
  if (error instanceof ExplainerBusyError) {
    return new HttpProblem("unavailable", "Too many explanations are asked for.", {}, SOON);
  }
  if (deps.hub.closing.aborted) {
    return new HttpProblem("unavailable", "The server is going down.", {}, SOON);
  }
  return error;
}

async function answer(c: Context, deps: AppDeps, { metric, at }: Question): Promise<Response> {
  if (deps.explainer === null) throw notOnThisNode(deps);
  try {
    // A client that leaves ends nothing: what was folded for it serves the next.
    const json = await deps.explainer.explain(metric, at ?? null, deps.hub.closing);
    return replyJson(c, json, { "cache-control": "private, no-cache" });
  } catch (error) {
    throw problemOf(error, deps);
  }
}

/** Registers the route. */
export function explainRoutes(routes: Routes, deps: AppDeps): void {
  routes.get("/api/pnl/explain", EXPLAIN, async (c, query) => await answer(c, deps, query()));
}
