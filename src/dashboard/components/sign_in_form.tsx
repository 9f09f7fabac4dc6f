/** Asks for a key where the server wants one. */
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { ApiError } from "../api.ts";
import { signIn } from "../sign_in.ts";

function messageOf(error: unknown): string {
  if (!(error instanceof ApiError)) return "Signing in failed.";
  if (error.status === 401) return "This key is not known here, or it has expired or been revoked.";
  return error.message;
}

/** The form. The key goes to the server once and is forgotten. */
export function SignInForm() {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const key = field.current?.value.trim() ?? "";
    if (key === "") return setFault("Type or paste a key.");
    setBusy(true);
    try {
      await signIn(key);
    } catch (error) {
      setFault(messageOf(error));
      field.current?.select();
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="sign-in card" onSubmit={(event) => void submit(event)}>
      <h1>Sign in</h1>
      <p className="quiet">
        This server shows its figures to whoever has an API key. The key is sent to this server
        alone, and is kept nowhere in this browser.
      </p>
      <label htmlFor={id}>API key</label>
      <input
        id={id}
        ref={field}
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder="pnl_live_…"
        aria-invalid={fault !== null}
        aria-describedby={`${id}-fault`}
      />
      <p id={`${id}-fault`} className="fault" role="alert">{fault}</p>
      <button type="submit" data-kind="primary" disabled={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
    </form>
  );
}
