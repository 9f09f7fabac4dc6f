/** What a reader must not miss: made-up figures, and figures that are not what they seem to be. */
import type { ReactNode } from "react";
import { resync, togglePause } from "../actions.ts";
import { ageText } from "../format.ts";
import { lineWorth } from "../line_worth.ts";
import { useNode } from "../node.ts";
import { useAge, usePnl } from "../session.ts";

/** Said on every view while the figures are the sandbox's. */
export function SandboxBanner() {
  if (useNode().mode !== "sandbox") return null;
  return (
    <aside className="banner" id="sandbox" aria-label="Sandbox">
      <strong>Sandbox.</strong> Made-up figures of stand-in servers, not of your accounts.
    </aside>
  );
}

function Button(
  { onClick, children }: { readonly onClick: () => void; readonly children: ReactNode },
) {
  return <button type="button" onClick={onClick}>{children}</button>;
}

function Unconfirmed() {
  const ageMs = useAge();
  const since = ageMs === null
    ? "nothing has been heard of the writer yet"
    : `for ${ageText(ageMs)}`;
  return (
    <p>
      <strong>Unconfirmed</strong> {since}. Newer figures may be missing.
    </p>
  );
}

/** What is to be said of the line, and what can be done; null where it is as it should be. */
function useNotice(): ReactNode {
  const { status, worth } = usePnl((state) => ({ status: state.status, worth: lineWorth(state) }));
  if (status === "refused") {
    return (
      <>
        <p>
          <strong>The server refuses this page.</strong> It does not try again by itself.
        </p>
        <Button onClick={resync}>Try again</Button>
      </>
    );
  }
  if (status === "offline") {
    return (
      <p>
        <strong>Offline.</strong> These are the last figures that arrived.
      </p>
    );
  }
  switch (worth) {
    case "paused":
      return (
        <>
          <p>
            <strong>Paused.</strong> The figures stay as they are.
          </p>
          <Button onClick={togglePause}>Go on</Button>
        </>
      );
    case "lost":
      return (
        <p>
          <strong>The line is cut.</strong> These are the last figures that arrived.
        </p>
      );
    case "stored":
      return (
        <p>
          <strong>Your last visit’s figures,</strong> until the server answers.
        </p>
      );
    case "unconfirmed":
      return <Unconfirmed />;
    default:
      return null;
  }
}

/** Lies over the bottom of the page, so that nothing moves when it comes and goes. */
export function Notice() {
  const notice = useNotice();
  if (notice === null) return null;
  return <aside className="notice" id="note" aria-label="Notice">{notice}</aside>;
}
