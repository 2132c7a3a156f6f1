import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { words } from '../i18n/words.ts'
import { Icon } from './icon.tsx'

type DialogProps = { title: string; onClose(): void; children: ComponentChildren }

/** A dialog that is open for as long as it is there. Escape closes it; what had the focus has it again. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    dialog.current!.showModal()
  }, [])
  const { close } = words.value.shell
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={id} onClose={onClose}>
      <div class="pane-header">
        <h2 id={id}>{title}</h2>
        <button type="button" class="quiet" aria-label={close} onClick={() => dialog.current!.close()}>
          <Icon name="close" />
        </button>
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}
