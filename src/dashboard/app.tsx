/** The whole page. */
import { ErrorBoundary } from "./components/error_boundary.tsx";
import { Frame } from "./components/frame.tsx";
import { SignInForm } from "./components/sign_in_form.tsx";
import { useRoute } from "./route.ts";
import { useAccess } from "./sign_in.ts";
import { VIEW_NAMES } from "./view_names.ts";
import { BreakdownView } from "./views/breakdown.tsx";
import { CurveView } from "./views/curve.tsx";
import { EventView } from "./views/event.tsx";
import { EventsView } from "./views/events.tsx";
import { ExplainView } from "./views/explain.tsx";
import { NowView } from "./views/now.tsx";
import { SourcesView } from "./views/sources.tsx";

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

/** The frame with the view that the address names, or with what it takes to be let in. */
export function App() {
  const { view, item } = useRoute();
  const { state } = useAccess();
  return (
    <Frame>
      {state === "needed"
        ? <SignInForm />
        : (
          <ErrorBoundary key={`${view}/${item}`} what={VIEW_NAMES[view]}>
            <View />
          </ErrorBoundary>
        )}
    </Frame>
  );
}
