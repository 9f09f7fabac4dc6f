/** The way to the same figures without this page. */
import { urlOf } from "../api.ts";
import { nodeHasLog, useNode } from "../node.ts";

/** Answers of the API; what an edge does not have is left out. */
export function Footer() {
  const node = useNode();
  const isElsewhere = node.role === "edge" && nodeHasLog(node) !== true;
  const links: readonly (readonly [path: string, label: string])[] = [
    ["api/pnl/current", "Snapshot"],
    ["api/pnl/breakdown", "Breakdown"],
    ...(isElsewhere ? [] : [["api/pnl/history", "History"], ["api/events", "Events"]] as const),
    ["health", "Health"],
  ];
  return (
    <footer className="footer">
      <span className="quiet">As JSON:</span>
      {links.map(([path, label]) => (
        <a key={path} href={urlOf(path).href} aria-label={`${label} as JSON`}>{label}</a>
      ))}
      <span className="quiet footer-version">pnl-stream {node.version}</span>
    </footer>
  );
}
