/** The reader's settings. They are kept in this browser alone. */
import { closeDialog } from "../dialogs.ts";
import { zoneText } from "../format.ts";
import { type Preferences, preferences, usePreference } from "../preferences.ts";
import { signOut, useAccess } from "../sign_in.ts";
import { say } from "../toast.ts";
import { Dialog } from "./dialog.tsx";

interface ChoiceProps<Name extends "theme" | "zone"> {
  readonly name: Name;
  readonly legend: string;
  readonly options: readonly (readonly [value: Preferences[Name], label: string])[];
}

/** One of several. */
function Choice<Name extends "theme" | "zone">({ name, legend, options }: ChoiceProps<Name>) {
  const chosen = usePreference((all) => all[name]);
  return (
    <fieldset>
      <legend>{legend}</legend>
      {options.map(([value, label]) => (
        <label key={value}>
          <input
            type="radio"
            name={name}
            checked={chosen === value}
            onChange={() => preferences.setState({ [name]: value })}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

/** On or off. */
function Switch(
  { name, label }: { readonly name: "hideAmounts" | "shortcuts"; readonly label: string },
) {
  const checked = usePreference((all) => all[name]);
  return (
    <label>
      <input
        type="checkbox"
        checked={checked}
        onChange={() => preferences.setState({ [name]: !checked })}
      />
      {label}
    </label>
  );
}

/** Who is signed in; nothing where nobody has to. */
function SignedIn() {
  const { state, name, scopes } = useAccess();
  if (state !== "signed_in") return null;
  const leave = () => void signOut().catch((error: Error) => say(error.message));
  return (
    <div className="signed-in">
      <p>
        Signed in with the key <strong>{name}</strong>
        <span className="quiet small">{scopes.join(", ")}</span>
      </p>
      <button type="button" onClick={leave}>Sign out</button>
    </div>
  );
}

/** The dialog. */
export function SettingsDialog() {
  return (
    <Dialog title="Settings" onClose={closeDialog}>
      <div className="settings">
        <Choice
          name="theme"
          legend="Theme"
          options={[["system", "As the system"], ["light", "Light"], ["dark", "Dark"]]}
        />
        <Choice
          name="zone"
          legend="Times"
          options={[["utc", "UTC"], ["local", `As on this device (${zoneText(new Date())})`]]}
        />
        <fieldset>
          <legend>Reading</legend>
          <Switch name="hideAmounts" label="Hide amounts" />
          <Switch name="shortcuts" label="Keyboard shortcuts" />
        </fieldset>
        <p className="quiet small">
          Days, months and years are those of UTC, whatever times are shown in.
        </p>
        <SignedIn />
      </div>
    </Dialog>
  );
}
