/** Requests as they stand, with headers that `fetch` does not let a page set. */
import { request } from "node:http";

/** What is asked. */
export interface PlainRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body never ends. */
  readonly endless?: true;
}

/**
 * Sends a request, and reads the answer; of a stream only the head. A connection that is upgraded is
 * closed, and answered with its status.
 *
 * @param origin such as `http://127.0.0.1:3000`
 */
export function plainRequest(origin: string, asked: PlainRequest): Promise<Response> {
  const { method = "GET", path, headers = {}, body, endless } = asked;
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const sent = request(`${origin}${path}`, { method, headers, agent: false });
  const answer = (status: number, fields: NodeJS.Dict<string | string[]>, text: string | null) => {
    const flat = Object.entries(fields).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]);
    // The constructor refuses the status of an upgrade.
    resolve(
      status === 101
        ? Object.defineProperty(new Response(null, { headers: flat }), "status", { value: status })
        : new Response(text === "" ? null : text, { status, headers: flat }),
    );
  };
  sent.on("error", reject);
  sent.on("upgrade", ({ statusCode = 0, headers }, socket) => {
    socket.destroy();
    answer(statusCode, headers, null);
  });
  sent.on("response", (message) => {
    const { statusCode = 0, headers } = message;
    if (headers["content-type"]?.startsWith("text/event-stream")) {
      answer(statusCode, headers, null);
      sent.destroy();
      return;
    }
    let text = "";
    message.setEncoding("utf8");
    message.on("data", (part) => {
      text += part;
      // The last byte of such an answer does not come.
      if (endless === true && text.endsWith("}")) {
        answer(statusCode, headers, text);
        sent.destroy();
      }
    });
    message.on("error", () => {});
    message.on("end", () => answer(statusCode, headers, text));
  });
  if (endless) sent.write(body ?? " ");
  else sent.end(body);
  return promise;
}
