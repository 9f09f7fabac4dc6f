/** What is known of a request beside itself: its id, and the route that took it. */

/** A request on its way. */
export interface RequestTrace {
  /** What the client or a proxy sent as `X-Request-Id`, where that is harmless, or a new id. */
  readonly id: string;
  /** The pattern of the route that answers; null before one was found. */
  route: string | null;
}

const SENT_ID = /^[A-Za-z0-9._:-]{1,64}$/;
/** Differs in each process, so that ids of two runs do not meet in a log. */
const RUN = crypto.randomUUID().slice(0, 8);
let requests = 0;

const traces = new WeakMap<Request, RequestTrace>();

/** The trace of a request; it begins with the first question for it. */
export function traceOf(request: Request): RequestTrace {
  const known = traces.get(request);
  if (known !== undefined) return known;
  const sent = request.headers.get("x-request-id");
  const isHarmless = sent !== null && SENT_ID.test(sent);
  const trace = { id: isHarmless ? sent : `${RUN}-${(++requests).toString(36)}`, route: null };
  traces.set(request, trace);
  return trace;
}
