/** What stands where there is no data: nothing yet, under way, or an error, each with what to do next. */
import type { ReactNode } from "react";
import type { ApiError } from "../api.ts";
import { linkToWriter } from "../node.ts";

/** There is nothing to show, which is no fault. */
export function Empty(
  { title, children }: { readonly title: string; readonly children?: ReactNode },
) {
  return (
    <div className="state" data-kind="empty">
      <p className="state-title">{title}</p>
      {children}
    </div>
  );
}

/** The first answer is under way. */
export function Loading({ what }: { readonly what: string }) {
  return <div className="state" data-kind="loading" role="status">Loading {what}…</div>;
}

const TITLES: Readonly<Record<string, string>> = {
  forbidden: "Your key does not open this",
  offline: "The server cannot be reached",
  "not-on-this-node": "This is not on this node",
  unauthorized: "Sign in to see this",
};

/** What can be done about an error, beside trying again. */
function NextStep({ error }: { readonly error: ApiError }) {
  switch (error.code) {
    case "not-on-this-node":
      return linkToWriter(error.writer) === null ? null : (
        <p>
          <a href={linkToWriter(error.writer) ?? undefined}>Look at the writer</a>
        </p>
      );
    case "forbidden":
      return <p>Ask whoever gave you the key for one with that scope.</p>;
    default:
      return null;
  }
}

/** Statuses of 4xx that another try may change. */
const PASSING: readonly (number | null)[] = [401, 408, 425, 429];

/** True where the same question has the same answer until something else changes. */
function isSettled({ status, code, message }: ApiError): boolean {
  if (code === "not-on-this-node") return true;
  if (status === null || status < 400 || status >= 500 || PASSING.includes(status)) return false;
  return !message.includes("not folded yet");
}

/** A request failed; what is settled is no fault to report, and not asked again. */
export function Failed({ error, retry }: { readonly error: ApiError; readonly retry: () => void }) {
  const title = TITLES[error.code];
  const settled = isSettled(error);
  return (
    <div className="state" data-kind="error" data-code={error.code} role="alert">
      <p className="state-title">{title ?? error.message}</p>
      {title !== undefined && <p>{error.message}</p>}
      <NextStep error={error} />
      {!settled && error.errorId !== null && (
        <p className="quiet small">
          Error id <code>{error.errorId}</code>
        </p>
      )}
      {settled ? null : <button type="button" onClick={retry}>Try again</button>}
    </div>
  );
}
