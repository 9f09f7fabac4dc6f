/** A route as HTML. */
import type { Answer, Operation, Parameter } from "./document.ts";
import { blocks, escape, heading, prose, verbatim } from "./html.ts";
import { kindOf, list } from "./page_shapes.ts";
import type { Shape } from "./shapes.ts";

const ORIGIN = "http://127.0.0.1:3000";

/** A value that a required parameter may have. */
function exampleOf({ examples, enum: named }: Shape): string {
  const [first] = Array.isArray(examples) ? examples : named ?? [];
  return String(first ?? "1");
}

/** How to ask on a command line; by a script where that is no way. */
function call(method: string, path: string, operation: Operation): string {
  if (path === "/ws") return `new WebSocket("${ORIGIN.replace("http", "ws")}/ws", "pnl.v1")`;
  const needed = operation.parameters.filter(({ required }) => required);
  const target = needed.filter((each) => each.in === "path")
    .reduce((text, { name, schema }) => text.replace(`{${name}}`, exampleOf(schema)), path);
  const query = needed.filter((each) => each.in === "query")
    .map(({ name, schema }) => `${name}=${exampleOf(schema)}`);
  const isStream = operation.responses[200]?.content?.["text/event-stream"] !== undefined;
  return [
    isStream ? "curl -N" : "curl -s",
    ...(method === "GET" ? [] : [`-X ${method}`]),
    ...(operation.security.length === 0 ? [] : ['-H "Authorization: Bearer $PNL_KEY"']),
    ...(operation.requestBody === undefined ? [] : [
      '-H "Content-Type: application/json"',
      '-d "{\\"key\\":\\"$PNL_KEY\\"}"',
    ]),
    `'${ORIGIN}${target}${query.length === 0 ? "" : `?${query.join("&")}`}'`,
  ].join(" ");
}

function scope({ security }: Operation): string {
  const [first] = security;
  const name = first === undefined ? undefined : Object.values(first)[0]?.[0];
  return name === undefined
    ? "<p>Nobody is asked for a key.</p>"
    : `<p>Needs the scope <code>${escape(name)}</code> where keys are asked for.</p>`;
}

function parameterList(title: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return "";
  return `<h4>${title}</h4>${
    list(parameters.map(({ name, required, description, schema }) => ({
      name,
      kind: kindOf(schema) + (required ? ", required" : "") +
        (schema.default === undefined
          ? ""
          : `; default <code>${escape(String(schema.default))}</code>`),
      text: description ?? "",
    })))
  }`;
}

function problemKinds({ properties }: Shape): string {
  const type = properties?.type;
  const kinds = typeof type === "object" ? type.enum ?? [] : [];
  return kinds.map((kind) => `<code>${escape(String(kind).split(":").at(-1) ?? "")}</code>`).join(
    ", ",
  );
}

function answer(status: string, { description, content = {}, headers = {} }: Answer): string {
  const bodies = Object.entries(content).map(([type, { schema }]) =>
    `<dd><code>${escape(type)}</code>: ${
      type === "application/problem+json"
        ? `<a href="#shape-Problem">Problem</a>: ${problemKinds(schema)}`
        : kindOf(schema)
    }</dd>`
  );
  const told = Object.entries(headers).flatMap(([name, header]) => {
    const text: unknown = Reflect.get(Object(header), "description");
    return typeof text === "string"
      ? [`<dd>Header <code>${escape(name)}</code>: ${prose(text)}</dd>`]
      : [];
  });
  const head = `<dt><code>${status}</code> <span>${prose(description)}</span></dt>`;
  return `<div>${head}${[...bodies, ...told].join("")}</div>`;
}

/** What was seen of the usual answer. */
function example(name: string, operation: Operation): string {
  const [usual] = Object.values(operation.responses);
  const [body] = Object.values(usual?.content ?? {});
  if (body?.example === undefined) return "";
  const text = typeof body.example === "string"
    ? body.example.trimEnd()
    : JSON.stringify(body.example, null, 2);
  return `<details><summary>Example</summary>${verbatim(`Answer of ${name}`, text)}</details>`;
}

/** The operation, with everything that the document says of it. */
export function operationSection(method: string, path: string, operation: Operation): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const name = `${method} ${path}`;
  const of = (place: Parameter["in"]) => parameters.filter((each) => each.in === place);
  const body = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) =>
    `<h4>Body</h4><p><code>${escape(type)}</code>: ${kindOf(schema)}</p>`
  );
  return `<section>
${heading(3, operationId, `<span class="method">${method}</span> <code>${escape(path)}</code>`)}
<p class="summary">${prose(summary)}</p>
${description === undefined ? "" : blocks(description)}
${scope(operation)}
${verbatim(`How to call ${name}`, call(method, path, operation))}
${parameterList("Path", of("path"))}
${parameterList("Query", of("query"))}
${parameterList("Request headers", of("header"))}
${body.join("")}
<h4>Answers</h4>
<dl>${Object.entries(responses).map(([status, each]) => answer(status, each)).join("\n")}</dl>
${example(name, operation)}
</section>`;
}
