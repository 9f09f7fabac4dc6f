/** The views that are not the first: a file of their own, which is loaded after it. */
import { useRoute } from "./route.ts";
import { BreakdownView } from "./views/breakdown.tsx";
import { CurveView } from "./views/curve.tsx";
import { EventView } from "./views/event.tsx";
import { EventsView } from "./views/events.tsx";
import { ExplainView } from "./views/explain.tsx";
import { SourcesView } from "./views/sources.tsx";

/** The view that the address names; nothing where that is the first one. */
export function OtherView() {
  const { view, item, params } = useRoute();
  switch (view) {
    case "now":
      return null;
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
