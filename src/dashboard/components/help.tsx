/** The list of all shortcuts that are bound now. */
import { Fragment } from "react";
import { useStore } from "zustand/react";
import { KEY_NAMES, shortcuts } from "../keyboard.ts";
import { usePreference } from "../preferences.ts";
import { closeDialog } from "../dialogs.ts";
import { Dialog } from "./dialog.tsx";

function Keys({ keys }: { readonly keys: string }) {
  const names = keys === " " ? [" "] : keys.split(" ");
  return (
    <>
      {names.map((key, index) => (
        <Fragment key={index}>
          {index > 0 && " "}
          <kbd>{KEY_NAMES[key] ?? key}</kbd>
        </Fragment>
      ))}
    </>
  );
}

/** The dialog. */
export function HelpDialog() {
  const bound = useStore(shortcuts, (state) => state.bound);
  const enabled = usePreference((preferences) => preferences.shortcuts);
  // Of several with the same keys the last one wins.
  const shown = bound.filter(({ keys }, index) =>
    bound.findLastIndex((other) => other.keys === keys) === index
  );
  return (
    <Dialog title="Keyboard" onClose={closeDialog}>
      {!enabled && <p className="quiet">Shortcuts are switched off in the settings.</p>}
      <dl className="keys">
        {shown.map(({ keys, label }) => (
          <div key={keys}>
            <dt>
              <Keys keys={keys} />
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>Close what is open</dd>
        </div>
      </dl>
    </Dialog>
  );
}
