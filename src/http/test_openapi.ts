/** Holds answers to the document that the server itself gives. */
import assert from "node:assert/strict";
import { type Components, SchemaCheck } from "./test_schemas.ts";

/** What of OpenAPI is looked at here. */
export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Components;
}

/** A place where a parameter may stand. */
type Place = "query" | "path" | "header";

/** A body, with what was seen of it. */
interface Body {
  readonly schema: object;
  readonly example?: unknown;
}

/** An operation of the document. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: Place;
    readonly required: boolean;
    readonly schema: object;
  }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, Body>> }>
  >;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

/** The media type without its parameters. */
function essence(type: string | null): string {
  return type?.split(";", 1)[0]?.trim() ?? "";
}

/** Checks answers, and remembers what it has seen. */
export class OpenApiCheck {
  readonly document: OpenApi;
  /** `GET /api/events 200 application/json`, or `GET /api/events 400 bad-parameter`. */
  readonly seen = new Set<string>();
  readonly #schemas: SchemaCheck;

  constructor(document: OpenApi) {
    this.document = document;
    this.#schemas = new SchemaCheck(document.components);
  }

  /** Asks a server for its document. */
  static async of(get: (path: string) => Promise<Response>): Promise<OpenApiCheck> {
    const response = await get("/openapi.json");
    assert.equal(response.status, 200);
    const check = new OpenApiCheck(await response.clone().json());
    await check.answer("GET", "/openapi.json", response);
    return check;
  }

  /** Every operation, as `GET /api/events`. */
  get operations(): [string, Operation][] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ])
    );
  }

  /** Everything that the document says may be answered, in the words of {@link seen}. */
  documented(): string[] {
    return this.operations.flatMap(([name, { responses }]) =>
      Object.entries(responses).flatMap(([status, { content }]) =>
        content === undefined ? [`${name} ${status}`] : Object.entries(content).flatMap((
          [type, { schema }],
        ) =>
          kindsOf(schema)?.map((kind) => `${name} ${status} ${kind}`) ??
            [`${name} ${status} ${type}`]
        )
      )
    );
  }

  /**
   * Checks an answer, and reads its body where that is JSON.
   *
   * @param path as the document writes it, such as `/api/events/{position}`
   * @returns the body; undefined where it is none
   * @throws {assert.AssertionError} where the document does not say so
   */
  async answer(method: string, path: string, response: Response): Promise<unknown> {
    const name = `${method} ${path} ${response.status}`;
    const documented = this.document.paths[path]?.[method.toLowerCase()]
      ?.responses[response.status];
    assert.ok(
      documented !== undefined,
      `${name} is not documented: ${await response.clone().text()}`,
    );
    const type = essence(response.headers.get("content-type"));
    if (documented.content === undefined || type === "") {
      assert.equal(type, "", `${name} has a body that is not documented`);
      this.seen.add(name);
      return undefined;
    }
    const entry = documented.content[type] ?? documented.content["*/*"];
    assert.ok(entry !== undefined, `${name} with ${type} is not documented`);
    if (!/[/+]json$/.test(type)) {
      this.seen.add(`${name} ${entry === documented.content[type] ? type : "*/*"}`);
      return undefined;
    }
    const body: unknown = await response.json();
    this.#schemas.hold(body, entry.schema, name);
    const problem: unknown = Reflect.get(Object(body), "type");
    this.seen.add(`${name} ${type.includes("problem") ? String(problem).split(":").at(-1) : type}`);
    return body;
  }
}

/** The kinds of problem that a schema names; null where it names none. */
function kindsOf(schema: object): string[] | null {
  const properties: unknown = Reflect.get(schema, "properties");
  const type: unknown = Reflect.get(Object(properties), "type");
  const kinds: unknown = Reflect.get(Object(type), "enum");
  return Array.isArray(kinds) ? kinds.map((kind) => String(kind).split(":").at(-1)!) : null;
}
