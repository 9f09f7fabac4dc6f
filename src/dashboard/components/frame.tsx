/** The frame around every view. */
import { type MouseEvent, type ReactNode, useEffect, useRef } from "react";
import { nextTheme, resync, toggleAmounts, togglePause, toggleZone } from "../actions.ts";
import { openDialog, useDialog } from "../dialogs.ts";
import { faviconOf } from "../favicon.ts";
import { whole } from "../format.ts";
import { type Shortcut, useShortcuts } from "../keyboard.ts";
import { lineWorth } from "../line_worth.ts";
import { pageTitle } from "../page_title.ts";
import { usePreference } from "../preferences.ts";
import { goTo, hrefOf, useRoute, VIEWS } from "../route.ts";
import { useLive, usePnl } from "../session.ts";
import { useAccess } from "../sign_in.ts";
import { useToast } from "../toast.ts";
import { VIEW_KEYS, VIEW_NAMES } from "../view_names.ts";
import { Notice, SandboxBanner } from "./banner.tsx";
import { ConnectionAnnouncer } from "./connection.tsx";
import { ConnectionDialog } from "./connection_dialog.tsx";
import { Footer } from "./footer.tsx";
import { Header } from "./header.tsx";
import { HelpDialog } from "./help.tsx";
import { SettingsDialog } from "./settings.tsx";
import { Time } from "./time.tsx";

const SHORTCUTS: readonly Shortcut[] = [
  ...VIEWS.map((view) => ({
    keys: `g ${VIEW_KEYS[view]}`,
    label: `Go to ${VIEW_NAMES[view]}`,
    run: () => goTo(hrefOf(view)),
  })),
  { keys: " ", label: "Pause, or go on", run: togglePause },
  { keys: "r", label: "Connect anew", run: resync },
  { keys: "h", label: "Hide amounts, or show them", run: toggleAmounts },
  { keys: "z", label: "Times in UTC, or as on this device", run: toggleZone },
  { keys: "d", label: "Theme: system, light, dark", run: nextTheme },
  { keys: "?", label: "This list", run: () => openDialog("help") },
];

/** Keeps what the tab shows: its title and its icon. */
function useTab(): void {
  const { view } = useRoute();
  const isLeftOut = useAccess().state === "needed";
  const hidden = usePreference((preferences) => preferences.hideAmounts) || isLeftOut;
  const title = useLive((state) => pageTitle(state, VIEW_NAMES[view], hidden));
  const worth = usePnl(lineWorth);
  useEffect(() => void (document.title = title), [title]);
  useEffect(() => {
    document.getElementById("favicon")?.setAttribute("href", faviconOf(worth));
  }, [worth]);
}

/** Another view begins at its top, and whoever reads by keyboard or ear begins there too. */
function useArrival() {
  const { view, item } = useRoute();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [view, item]);
  return main;
}

/** What paper has to say by itself: no age ticks on it. */
function PrintedLine() {
  const snapshot = usePnl((state) => state.snapshot);
  const isLeftOut = useAccess().state === "needed";
  if (snapshot === null || isLeftOut) return null;
  return (
    <p className="print-only">
      Figures at event {whole(snapshot.position)}, sent <Time value={snapshot.served.at} />, USD.
      {" "}
      {location.href}
    </p>
  );
}

function Toast() {
  return <p className="toast" role="status">{useToast()}</p>;
}

function OpenDialog() {
  switch (useDialog()) {
    case "help":
      return <HelpDialog />;
    case "settings":
      return <SettingsDialog />;
    case "connection":
      return <ConnectionDialog />;
    case null:
      return null;
  }
}

/** All that is around a view. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const worth = usePnl(lineWorth);
  const main = useArrival();
  useTab();
  useShortcuts(SHORTCUTS);
  const skip = (event: MouseEvent) => {
    event.preventDefault();
    main.current?.focus();
  };
  return (
    <div className="shell" data-line={worth}>
      <a className="skip" href="#view" onClick={skip}>Skip to the figures</a>
      <Header />
      <SandboxBanner />
      <PrintedLine />
      <main id="view" ref={main} tabIndex={-1}>{children}</main>
      <Footer />
      <div className="dock">
        <Toast />
        <Notice />
      </div>
      <ConnectionAnnouncer />
      <OpenDialog />
    </div>
  );
}
