/** A dialog over the page: it has the focus until it is closed, by its button, Escape, or a click beside it. */
import { type MouseEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./icon.tsx";

/** Properties of {@link Dialog}. */
export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog that is open as long as it is rendered. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // The browser gives the focus back to what had it before.
    return () => dialog?.close();
  }, []);
  const onClick = ({ target }: MouseEvent) => {
    if (target === ref.current) onClose();
  };
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={id} onClose={onClose} onClick={onClick}>
      <div className="dialog-body">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" data-kind="bare" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
