/** What stands where there is no data: nothing yet, under way, or an error, each with what to do next. */
import type { ReactNode } from "react";
import type { ApiError } from "../api.ts";

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

/** A request failed. */
export function Failed({ error, retry }: { readonly error: ApiError; readonly retry: () => void }) {
  return (
    <div className="state" data-kind="error" role="alert">
      <p className="state-title">{error.message}</p>
      {error.errorId !== null && <p className="quiet">Error id {error.errorId}</p>}
      <button type="button" onClick={retry}>Try again</button>
    </div>
  );
}
