import type { LogRow } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { Menu } from '../../components/menu.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { linesNdjson, linesText } from './export-text.ts'

/** Copies or saves the lines that are loaded. */
export function ExportMenu({ rows }: { rows: readonly LogRow[] }) {
  const { title, note, copy, text, ndjson } = words.value.logs.export
  return (
    <Menu
      face={
        <>
          <Icon name="down" /> {title}
        </>
      }
      note={note(formatCount(rows.length))}
      disabled={rows.length === 0}
      choices={[
        [copy, () => void navigator.clipboard.writeText(linesText(rows))],
        [text, () => save(linesText(rows), 'logs.txt', 'text/plain')],
        [ndjson, () => save(linesNdjson(rows), 'logs.ndjson', 'application/x-ndjson')],
      ]}
    />
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
