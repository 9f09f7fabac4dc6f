/** What is answered where a request cannot be. */
import { z } from "zod";
import { SCOPES } from "../../access/scope.ts";
import { PROBLEM_CODES, problemKind } from "../problem.ts";
import { named } from "./names.ts";
import { POSITION } from "./served.ts";

/** RFC 9457, with the members that some kinds have beside. */
export const PROBLEM = named(
  "Problem",
  z.strictObject({
    type: z.enum(PROBLEM_CODES.map((code) => problemKind(code).type)),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errorId: z.uuid().describe("The server's log has the reason under it."),
    parameter: z.string().optional().describe("The query parameter that is wrong."),
    member: z.string().optional().describe("The member of the body that is wrong."),
    scope: z.enum(SCOPES).optional().describe("What the key would have to have."),
    writer: z.string().nullable().optional().describe("Where to ask instead, where that is known."),
    position: POSITION.optional().describe("The newest that is folded."),
    reached: POSITION.optional().describe("How far the folding has come."),
    host: z.string().optional().describe("The `Host` that is none of this server."),
    minPosition: POSITION.optional().describe("What was waited for."),
  }),
);
