/** `/openapi.json`, `/asyncapi.json` and `/docs`: what is served here, for programs and for people. */
import type { Context } from "hono";
import { createHash } from "node:crypto";
import { asyncApiDocument } from "./api/asyncapi.ts";
import { ASYNCAPI, DOCS, OPENAPI } from "./api/documents_doc.ts";
import { openApiDocument } from "./api/openapi.ts";
import { PAGE_POLICY, referencePage } from "./api/page.ts";
import type { AppDeps } from "./deps.ts";
import { entityTag, matches } from "./entity_tag.ts";
import { type HeaderFields, JSON_TYPE, reply } from "./reply.ts";
import type { Routes } from "./routes.ts";

/** A text that is made when it is first asked for, and does not change. */
class Document {
  readonly #make: () => string;
  readonly #fields: HeaderFields;
  #made: { readonly text: string; readonly etag: string } | null = null;

  constructor(make: () => string, fields: HeaderFields) {
    this.#make = make;
    this.#fields = fields;
  }

  /** The response with it. */
  reply(c: Context): Response {
    const { text, etag } = this.#made ??= this.#first();
    const fields = { etag, "cache-control": "no-cache" };
    if (matches(c, etag)) return reply(c, 304, null, fields);
    return reply(c, 200, text, { ...this.#fields, ...fields });
  }

  #first() {
    const text = this.#make();
    const hash = createHash("sha256").update(text).digest("hex");
    return { text, etag: entityTag(hash.slice(0, 16)) };
  }
}

/** Registers the routes. All others have to be registered when the first document is asked for. */
export function documentRoutes(routes: Routes, { version }: Pick<AppDeps, "version">): void {
  const openApi = new Document(
    () => `${JSON.stringify(openApiDocument(routes.all, version))}\n`,
    { "content-type": JSON_TYPE },
  );
  const asyncApi = new Document(
    () => `${JSON.stringify(asyncApiDocument(version))}\n`,
    { "content-type": JSON_TYPE },
  );
  const page = new Document(
    () => referencePage(openApiDocument(routes.all, version), asyncApiDocument(version)),
    { "content-type": "text/html; charset=utf-8", "content-security-policy": PAGE_POLICY },
  );

  routes.get("/openapi.json", OPENAPI, (c, query) => {
    query();
    return openApi.reply(c);
  });

  routes.get("/asyncapi.json", ASYNCAPI, (c, query) => {
    query();
    return asyncApi.reply(c);
  });

  routes.get("/docs", DOCS, (c, query) => {
    query();
    return page.reply(c);
  });
}
