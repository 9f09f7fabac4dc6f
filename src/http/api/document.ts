/** The parts of the documents that the reference is made from. */
import type { Json, Shape } from "./shapes.ts";

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: "query" | "path" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Shape;
}

/** Bodies by media type. */
export type Content = Readonly<
  Record<string, { readonly schema: Shape; readonly example?: unknown }>
>;

/** What is answered with a status. */
export interface Answer {
  readonly description: string;
  readonly headers?: Json;
  readonly content?: Content;
}

/** A route. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
  /** Each with the scope that is needed; none where nobody is asked. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

/** The document. */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly Json[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  /** Operations by path and method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Shape>>;
    readonly securitySchemes: Json;
    readonly headers: Json;
  };
}

/** A message of a channel. */
export interface Message {
  readonly summary?: string;
  readonly contentType: string;
  readonly payload: Shape;
  readonly headers?: Json;
}

/** A stream, with the messages of both sides. */
export interface Channel {
  readonly address: string;
  readonly title: string;
  readonly messages: Readonly<Record<string, Message>>;
  readonly "x-close-codes"?: readonly CloseCode[];
  readonly [more: string]: unknown;
}

/** Why a WebSocket is closed. */
export interface CloseCode {
  readonly code: number;
  readonly description: string;
  /** It is worth coming back. */
  readonly retry: boolean;
}

/** The document of the streams. */
export interface AsyncApiDocument {
  readonly asyncapi: "3.0.0";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly defaultContentType: string;
  readonly servers: Json;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Json;
  readonly components: { readonly schemas: Readonly<Record<string, Shape>> };
}
