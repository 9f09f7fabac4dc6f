/** The buttons of the header: what the reader can do anywhere. */
import { resync, toggleAmounts, togglePause, toggleZone } from "../actions.ts";
import { openDialog } from "../dialogs.ts";
import { usePreference } from "../preferences.ts";
import { usePnl } from "../session.ts";
import { Icon, type IconName } from "./icon.tsx";

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  /** The shortcut that does the same. */
  readonly shortcut?: string;
  readonly pressed?: boolean;
  /** Not shown where there is little room. */
  readonly rare?: boolean;
  readonly onClick: () => void;
}

function Tool({ icon, label, shortcut, pressed, rare, onClick }: ToolProps) {
  return (
    <button
      type="button"
      data-kind="bare"
      className="tool"
      data-rare={rare}
      aria-label={label}
      aria-pressed={pressed}
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** The zone that times are shown in; a click shows them in the other. */
function ZoneTool() {
  const zone = usePreference((preferences) => preferences.zone);
  return (
    <button
      type="button"
      data-kind="bare"
      className="tool"
      data-rare
      title={`Times are shown in ${zone === "utc" ? "UTC" : "the zone of this device"} (z)`}
      onClick={toggleZone}
    >
      <span className="unseen">Times in</span> {zone === "utc" ? "UTC" : "Local"}
    </button>
  );
}

/** All of them. */
export function Tools() {
  const isPaused = usePnl(({ status }) => status === "paused");
  const hidden = usePreference((preferences) => preferences.hideAmounts);
  return (
    <div className="tools" role="group" aria-label="Tools">
      <Tool
        icon={isPaused ? "play" : "pause"}
        label={isPaused ? "Resume" : "Pause"}
        shortcut="Space"
        onClick={togglePause}
      />
      <Tool icon="resync" label="Connect anew" shortcut="r" rare onClick={resync} />
      <Tool
        icon={hidden ? "eye-off" : "eye"}
        label="Hide amounts"
        shortcut="h"
        pressed={hidden}
        onClick={toggleAmounts}
      />
      <ZoneTool />
      <Tool icon="settings" label="Settings" onClick={() => openDialog("settings")} />
      <button
        type="button"
        data-kind="bare"
        className="tool tool-help"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={() => openDialog("help")}
      >
        ?
      </button>
    </div>
  );
}
