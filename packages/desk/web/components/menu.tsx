import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'

type MenuProps = {
  /** What is on the button that opens it. */
  face: ComponentChildren
  note?: string
  disabled?: boolean
  choices: readonly (readonly [name: string, run: () => void])[]
}

/** Choices below a button. One that is taken, Escape, and whatever else takes the focus close it. */
export function Menu({ face, note, disabled = false, choices }: MenuProps) {
  const menu = useRef<HTMLDetailsElement>(null)
  const close = () => {
    menu.current!.open = false
    menu.current!.querySelector('summary')!.focus()
  }
  return (
    <details
      ref={menu}
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !event.currentTarget.open) return
        event.preventDefault()
        close()
      }}
      onFocusOut={(event) => {
        const next = event.relatedTarget
        if (!(next instanceof Node && event.currentTarget.contains(next))) event.currentTarget.open = false
      }}
    >
      <summary class="button-like">{face}</summary>
      <div class="menu-body">
        {note && <p class="muted">{note}</p>}
        {choices.map(([name, run]) => (
          <button
            key={name}
            type="button"
            disabled={disabled}
            onClick={() => {
              close()
              run()
            }}
          >
            {name}
          </button>
        ))}
      </div>
    </details>
  )
}
