/** The reference for people, made from the documents. It needs no script. */
import { createHash } from "node:crypto";
import type { AsyncApiDocument, OpenApiDocument, Operation } from "./document.ts";
import { anchor, blocks, escape, heading, prose } from "./html.ts";
import { channelId, channelSection } from "./page_channel.ts";
import { operationSection } from "./page_operation.ts";
import { namedShape, shapeId } from "./page_shapes.ts";
import { STYLE } from "./page_style.ts";

/** A route of the document. */
interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** What the page may load and run: its own style, and nothing else. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function routesOf({ paths }: OpenApiDocument): Route[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => (
      { method: method.toUpperCase(), path, operation }
    ))
  );
}

function contents(
  groups: ReadonlyMap<string, readonly Route[]>,
  { channels }: AsyncApiDocument,
  shapes: readonly string[],
): string {
  const routes = [...groups].map(([tag, of]) => {
    const items = of.map(({ method, path, operation }) => {
      const name = method === "GET" ? path : `${method} ${path}`;
      return `<li><a href="#${operation.operationId}">${escape(name)}</a></li>`;
    });
    return `<h2>${escape(tag)}</h2><ul>${items.join("")}</ul>`;
  });
  const named = shapes.map((name) => `<li><a href="#${shapeId(name)}">${escape(name)}</a></li>`);
  const streams = Object.entries(channels).map(([name, { address }]) =>
    `<li><a href="#${channelId(name)}">${escape(address)}</a></li>`
  );
  return `${routes.join("\n")}<h2>Messages</h2><ul>${streams.join("")}</ul><h2>Shapes</h2><ul>${
    named.join("")
  }</ul>`;
}

function tagSection(name: string, description: string, routes: readonly Route[]): string {
  const sections = routes.map(({ method, path, operation }) =>
    operationSection(method, path, operation)
  );
  return `<section>${heading(2, anchor(name), escape(name))}<p>${prose(description)}</p>
${sections.join("\n")}</section>`;
}

/** The page. */
export function referencePage(document: OpenApiDocument, streams: AsyncApiDocument): string {
  const { info, tags, components } = document;
  const schemas = { ...components.schemas, ...streams.components.schemas };
  const byTag = Map.groupBy(routesOf(document), ({ operation }) => operation.tags[0] ?? "");
  const groups = new Map(tags.map(({ name }) => [name, byTag.get(name) ?? []]));
  const sections = tags.map(({ name, description }) =>
    tagSection(name, description, groups.get(name) ?? [])
  );
  const channels = Object.entries(streams.channels).map(([name, channel]) =>
    channelSection(name, channel)
  );
  const shapes = Object.entries(schemas).map(([name, shape]) => namedShape(name, shape));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API of ${escape(info.title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#top">To the text</a>
<div class="page">
<nav aria-label="Routes and shapes">${contents(groups, streams, Object.keys(schemas))}</nav>
<main id="top" tabindex="-1">
<h1>API of ${escape(info.title)}</h1>
<p>Version ${escape(info.version)} · <a href="openapi.json">openapi.json</a> ·
<a href="asyncapi.json">asyncapi.json</a> · <a href="./">Dashboard</a></p>
${blocks(info.description)}
${sections.join("\n")}
<section>${heading(2, "messages", "Messages")}
${blocks(streams.info.description)}
${channels.join("\n")}</section>
<section>${heading(2, "shapes", "Shapes")}
<p>What stands in bodies, by the names that other shapes and the routes refer to.</p>
${shapes.join("\n")}</section>
</main>
</div>
</body>
</html>
`;
}
