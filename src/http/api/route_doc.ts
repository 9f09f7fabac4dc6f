/** What a route says of itself. It cannot be registered without. */
import type { z } from "zod";
import type { ProblemCode } from "../problem.ts";

/** The parts that the reference is divided into, in their order. */
export const TAGS = {
  "Profit and loss": "The figures: now, over time, and what they are made of.",
  "Events": "The log that every figure is folded from, as it is stored.",
  "Streams": "What changes, as it changes. `/asyncapi.json` says which messages come and go.",
  "Access": "Who asks: keys, sessions of browsers, tickets.",
  "Operation": "How the service is, for people, orchestrators and Prometheus.",
  "Documents": "What is served here.",
  "Dashboard": "The page, and the files that it is made of.",
} as const;

/** A part of the reference. */
export type Tag = keyof typeof TAGS;

/** What is answered where the request is well. */
export interface AnswerDoc {
  readonly status: number;
  readonly description: string;
  /** Bodies by media type: a shape, or `text` for what has none here. Left out: no body. */
  readonly bodies?: Readonly<Record<string, z.ZodType | "text">>;
  /** What headers of this answer say, by their names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a route is, takes and answers. */
export interface RouteDoc<Q extends z.ZodObject = z.ZodObject> {
  /** The operation's name, of this route alone. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** The query is read by this, and by nothing else. */
  readonly query: Q;
  /** The query is not looked at. */
  readonly ignoresQuery?: true;
  /** Parameters in the path. */
  readonly path?: Readonly<Record<string, z.ZodType>>;
  /** Request headers that the answer depends on, and how. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Shape of the body, which is JSON. */
  readonly body?: z.ZodType;
  /** The first is the usual one. */
  readonly answers: readonly [AnswerDoc, ...AnswerDoc[]];
  /** What else it may answer, beside what every route of its scope may. */
  readonly problems: readonly ProblemCode[];
}
