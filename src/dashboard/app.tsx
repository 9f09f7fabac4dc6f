/** The whole page. */
import { ErrorBoundary } from "./components/error_boundary.tsx";
import { Frame } from "./components/frame.tsx";
import { SignInForm } from "./components/sign_in_form.tsx";
import { Loading } from "./components/states.tsx";
import { lazyModule } from "./lazy_module.ts";
import { useRoute } from "./route.ts";
import { useAccess } from "./sign_in.ts";
import { VIEW_NAMES } from "./view_names.ts";
import { NowView } from "./views/now.tsx";

/** They come after the first view is drawn, so that they are there when the server is not. */
export const otherViews = lazyModule(() => import("./other_views.tsx"));

function Other() {
  const { view } = useRoute();
  const loaded = otherViews.use();
  if (loaded === null) return <Loading what={VIEW_NAMES[view].toLowerCase()} />;
  return <loaded.OtherView />;
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
            {view === "now" ? <NowView /> : <Other />}
          </ErrorBoundary>
        )}
    </Frame>
  );
}
