/** Holds what fails inside it: the rest of the page goes on. */
import { Component, type ReactNode } from "react";

/** Properties of {@link ErrorBoundary}. */
export interface ErrorBoundaryProps {
  /** What is inside, in words. */
  readonly what: string;
  readonly children: ReactNode;
}

/** A file of the page did not come: the server has a newer page, or is not there. */
function isMissing(error: Error): boolean {
  return /dynamically imported module|Importing a module script/.test(error.message);
}

/** Shows what is inside it, or that it failed. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly error: Error | null }> {
  override state = { error: null };

  /** What the state becomes when something inside fails. */
  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const error: Error | null = this.state.error;
    if (error === null) return this.props.children;
    return (
      <Broken
        what={this.props.what}
        error={error}
        onRetry={() => this.setState({ error: null })}
      />
    );
  }
}

function Broken(
  { what, error, onRetry }: {
    readonly what: string;
    readonly error: Error;
    readonly onRetry: () => void;
  },
) {
  const missing = isMissing(error);
  return (
    <div className="state" data-kind="error" role="alert">
      <p className="state-title">
        {what} could not be {missing ? "loaded" : "shown"}
      </p>
      {missing
        ? <p>The server cannot be reached, or has a newer version of this page.</p>
        : <p className="mono small">{error.message}</p>}
      <p className="row">
        <button type="button" data-kind="primary" onClick={() => location.reload()}>
          Reload the page
        </button>
        {!missing && <button type="button" onClick={onRetry}>Try again</button>}
      </p>
    </div>
  );
}
