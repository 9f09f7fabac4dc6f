/** Reading a small JSON body. */
import type { Context } from "hono";
import type { z } from "zod";
import { BodyReader } from "./body_reader.ts";
import { bodyTooLarge, MOST_BODY_BYTES } from "./bounds.ts";
import { HttpProblem } from "./problem.ts";

/** A body is there within this time, or is given up, milliseconds. */
const PATIENCE_MS = 5_000;

async function readText({ req: { raw } }: Context): Promise<string> {
  const reader = BodyReader.of(raw);
  const until = performance.now() + PATIENCE_MS;
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const piece = await reader?.next(until - performance.now()) ?? null;
    if (piece === "late") throw new HttpProblem("body_too_slow", "The body did not come in time.");
    if (piece === "gone") throw new HttpProblem("bad_body", "The body ended too soon.");
    if (piece === null) return text + decoder.decode();
    bytes += piece.length;
    if (bytes > MOST_BODY_BYTES) throw bodyTooLarge();
    text += decoder.decode(piece, { stream: true });
  }
}

/**
 * Reads a JSON body. What is wrong with it is told by the member's name, never by its value.
 *
 * @throws {HttpProblem}
 */
export async function readJsonBody<S extends z.ZodType>(
  c: Context,
  schema: S,
): Promise<z.output<S>> {
  const type = c.req.raw.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new HttpProblem("unsupported_media_type", "The body has to be application/json.");
  }
  const text = await readText(c);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpProblem("bad_body", "The body is not JSON.");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const member = result.error.issues[0]?.path.join(".") ?? "";
  const detail = member === "" ? "The body has other members." : `Member ${member} is not valid.`;
  throw new HttpProblem("bad_body", detail, { member });
}
