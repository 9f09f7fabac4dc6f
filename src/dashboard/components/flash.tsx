/** Marks a change for a moment; the style sheet leaves that out where motion is not wanted. */
import { type ReactNode, useState } from "react";

/** Its children, lit up for a moment when `value` has changed. They stay mounted, and keep the focus. */
export function Flash(
  { value, children }: { readonly value: string | null; readonly children: ReactNode },
) {
  const [shown, setShown] = useState({ value, changes: 0 });
  if (shown.value !== value) setShown({ value, changes: shown.changes + 1 });
  // Another name of the same animation begins it again.
  const mark = shown.changes % 2 === 0 ? "even" : "odd";
  return (
    <span className="flash" data-flash={shown.changes === 0 ? undefined : mark}>{children}</span>
  );
}
