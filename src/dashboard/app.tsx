/** The frame of the dashboard: what is around every view. */
import { useRoute } from "./route.ts";
import { BreakdownView } from "./views/breakdown.tsx";
import { EventView } from "./views/event.tsx";
import { EventsView } from "./views/events.tsx";
import { ExplainView } from "./views/explain.tsx";
import { NowView } from "./views/now.tsx";
import { SourcesView } from "./views/sources.tsx";
import { CurveView } from "./views/curve.tsx";

function View() {
  const { view, item, params } = useRoute();
  switch (view) {
    case "now":
      return <NowView />;
    case "curve":
      return <CurveView />;
    case "breakdown":
      return <BreakdownView />;
    case "sources":
      return <SourcesView />;
    case "events":
      return item === null ? <EventsView /> : <EventView position={item} />;
    case "explain":
      return <ExplainView metric={item ?? "netPnl"} at={params.get("at") ?? null} />;
  }
}

/** The whole page. */
export function App() {
  return (
    <main id="view" tabIndex={-1}>
      <View />
    </main>
  );
}
