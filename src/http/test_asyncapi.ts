/** Holds messages to the document that the server itself gives. */
import assert from "node:assert/strict";
import { type Components, SchemaCheck } from "./test_schemas.ts";

/** A message of the document. */
interface Message {
  readonly payload: object;
  readonly headers?: object;
}

/** A channel of the document. */
interface Channel {
  readonly address: string;
  readonly messages: Readonly<Record<string, Message>>;
  readonly "x-close-codes"?: readonly { readonly code: number }[];
}

/** What of AsyncAPI is looked at here. */
export interface AsyncApi {
  readonly asyncapi: string;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly components: Components;
}

/** Checks messages, and remembers what it has seen. */
export class AsyncApiCheck {
  readonly document: AsyncApi;
  /** `ws hello` */
  readonly seen = new Set<string>();
  readonly #schemas: SchemaCheck;

  constructor(document: AsyncApi) {
    this.document = document;
    this.#schemas = new SchemaCheck(document.components);
  }

  /** Asks a server for its document. */
  static async of(get: (path: string) => Promise<Response>): Promise<AsyncApiCheck> {
    const response = await get("/asyncapi.json");
    assert.equal(response.status, 200);
    return new AsyncApiCheck(await response.json());
  }

  /** Every message of a channel, in the words of {@link seen}. */
  messagesOf(channel: string): string[] {
    const { messages } = this.document.channels[channel]!;
    return Object.keys(messages).map((name) => `${channel} ${name}`);
  }

  /** Holds a message to its shape. @throws {assert.AssertionError} */
  message(channel: string, name: string, payload: unknown, headers?: unknown): void {
    const message = this.document.channels[channel]?.messages[name];
    assert.ok(message !== undefined, `${channel} ${name} is not documented`);
    this.#schemas.hold(payload, message.payload, `${channel} ${name}`);
    assert.equal(message.headers === undefined, headers === undefined, `${channel} ${name}`);
    if (message.headers !== undefined) {
      this.#schemas.hold(headers, message.headers, `fields of ${channel} ${name}`);
    }
    this.seen.add(`${channel} ${name}`);
  }

  /** Whether a message holds to its shape. */
  accepts(channel: string, name: string, payload: unknown): boolean {
    try {
      this.message(channel, name, payload);
      return true;
    } catch (error) {
      if (error instanceof assert.AssertionError) return false;
      throw error;
    }
  }
}
