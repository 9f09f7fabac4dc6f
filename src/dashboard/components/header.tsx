/** The header: whose figures, how live, which view, and what can be done. */
import { useNode } from "../node.ts";
import { hrefOf } from "../route.ts";
import { Connection } from "./connection.tsx";
import { Navigation } from "./navigation.tsx";
import { Tools } from "./tools.tsx";

/** The kind of figures; nothing where they are simply those of the accounts. */
function ModeBadges() {
  const { mode, role } = useNode();
  return (
    <>
      {mode === "sandbox" && <span className="badge" data-kind="warn">Sandbox</span>}
      {mode === "live" && <span className="badge" data-kind="good">Real accounts</span>}
      {role === "edge" && (
        <span className="badge" title="A node without a log: it shows what the writer publishes">
          Edge
        </span>
      )}
    </>
  );
}

/** Sticks to the top of every view. */
export function Header() {
  return (
    <header className="header">
      <div className="header-row">
        <p className="product">
          <a href={hrefOf("now")}>Profit and loss</a>
          <ModeBadges />
        </p>
        <Navigation />
        <Connection />
        <Tools />
      </div>
    </header>
  );
}
