/** What keys, sessions and tickets say of themselves. */
import { z } from "zod";
import { SCOPES } from "../../access/scope.ts";
import { TIME, TIME_OR_NULL } from "../../pnl/printed.ts";
import { NO_PARAMETERS } from "../query.ts";
import { named } from "./names.ts";
import type { RouteDoc } from "./route_doc.ts";

/** The body of `POST /api/session`. */
const SIGN_IN = named(
  "SignIn",
  z.strictObject({ key: z.string().trim().min(1).max(300).describe("An API key.") }),
);

const SESSION = named(
  "Session",
  z.strictObject({
    authRequired: z.boolean().describe("False: everybody has every scope."),
    authenticated: z.boolean(),
    scopes: z.array(z.enum(SCOPES)).describe("Those that count, with those that they contain."),
    key: z.strictObject({
      id: z.string(),
      name: z.string(),
      expiresAt: TIME_OR_NULL.describe("Null: never."),
    }).nullable(),
  }),
);

const TICKET = named("Ticket", z.strictObject({ ticket: z.string(), expiresAt: TIME }));

const COOKIE = { "Set-Cookie": "The session's cookie: HttpOnly, SameSite=Strict." };

/** `GET /api/session` */
export const WHO_ASKS = {
  id: "getSession",
  tag: "Access",
  summary: "Who asks",
  query: NO_PARAMETERS,
  answers: [{ status: 200, description: "Who.", bodies: { "application/json": SESSION } }],
  problems: [],
} as const satisfies RouteDoc;

/** `POST /api/session` */
export const BEGIN_SESSION = {
  id: "beginSession",
  tag: "Access",
  summary: "Signs a browser in with a key",
  description: "For pages of this server; for 12 hours at most.",
  query: NO_PARAMETERS,
  body: SIGN_IN,
  answers: [{ status: 204, description: "Signed in.", headers: COOKIE }],
  problems: [
    "bad_body",
    "unauthorized",
    "origin_refused",
    "body_too_slow",
    "body_too_large",
    "unsupported_media_type",
    "too_many_failures",
    "unavailable",
  ],
} as const satisfies RouteDoc;

/** `DELETE /api/session` */
export const END_SESSION = {
  id: "endSession",
  tag: "Access",
  summary: "Signs a browser out",
  description: "The streams of the session end too.",
  query: NO_PARAMETERS,
  answers: [{ status: 204, description: "Signed out.", headers: COOKIE }],
  problems: ["origin_refused"],
} as const satisfies RouteDoc;

/** `POST /api/tickets` */
export const ISSUE_TICKET = {
  id: "issueTicket",
  tag: "Access",
  summary: "A ticket for one stream",
  description: "For what can send neither a header nor the cookie; good once, for 30 seconds.",
  query: NO_PARAMETERS,
  answers: [{ status: 200, description: "The ticket.", bodies: { "application/json": TICKET } }],
  problems: ["origin_refused", "too_many_tickets"],
} as const satisfies RouteDoc;
