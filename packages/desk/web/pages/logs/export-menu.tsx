import { useRef } from 'preact/hooks'
import type { LogRow } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { linesNdjson, linesText } from './export-text.ts'

/** Copies or saves the lines that are loaded. */
export function ExportMenu({ rows }: { rows: readonly LogRow[] }) {
  const menu = useRef<HTMLDetailsElement>(null)
  const { title, note, copy, text, ndjson } = words.value.logs.export
  const close = () => {
    menu.current!.open = false
  }
  const choices: [label: string, run: () => void][] = [
    [copy, () => void navigator.clipboard.writeText(linesText(rows))],
    [text, () => save(linesText(rows), 'logs.txt', 'text/plain')],
    [ndjson, () => save(linesNdjson(rows), 'logs.ndjson', 'application/x-ndjson')],
  ]
  return (
    <details
      ref={menu}
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !menu.current!.open) return
        event.preventDefault()
        close()
        menu.current!.querySelector('summary')!.focus()
      }}
      onFocusOut={(event) => {
        if (!menu.current!.contains(event.relatedTarget as Node | null)) close()
      }}
    >
      <summary class="button-like">
        <Icon name="down" /> {title}
      </summary>
      <div class="menu-body">
        <p class="muted">{note(formatCount(rows.length))}</p>
        {choices.map(([label, run]) => (
          <button
            key={label}
            type="button"
            disabled={rows.length === 0}
            onClick={() => {
              run()
              close()
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </details>
  )
}

function save(text: string, name: string, type: string): void {
  const href = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = href
  link.download = name
  link.click()
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(href), 10_000)
}
