import type { Fields, FieldValue } from '../../../api/index.ts'
import { safeText } from '../../../chain/index.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { TextBlock } from '../../components/text-block.tsx'
import { words } from '../../i18n/words.ts'
import { toggleFilter } from './filter-by.ts'

/** Longer values are no search that anybody wants. */
const filterLength = 200

/** Attributes, each with what can be done with it: search for it, search without it, copy it. */
export function FieldsTable({ title, fields }: { title: string; fields: Fields }) {
  const entries = Object.entries(fields)
  const { name, value, actions } = words.value.logs.line
  if (entries.length === 0) return null
  return (
    <section class="line-section">
      <h3>{title}</h3>
      <table class="line-fields">
        <thead class="unseen">
          <tr>
            <th scope="col">{name}</th>
            <th scope="col">{value}</th>
            <th scope="col">{actions}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([key, one]) => (
            <Field key={key} name={key} value={one} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Field({ name, value }: { name: string; value: FieldValue }) {
  const text = fieldText(value)
  const isBlock = /[\r\n]/.test(text.trim())
  return (
    <tr>
      <th scope="row">
        <bdi class="mono">{safeText(name)}</bdi>
      </th>
      <td>{isBlock ? <TextBlock text={text} /> : <bdi class="mono">{safeText(text)}</bdi>}</td>
      <td class="line-actions">
        <FieldActions name={name} text={text} canFilter={canFilter(value)} />
      </td>
    </tr>
  )
}

function FieldActions({ name, text, canFilter }: { name: string; text: string; canFilter: boolean }) {
  const { filterIn, filterOut, copyValue } = words.value.logs.line
  const shown = safeText(name)
  return (
    <>
      {canFilter && (
        <>
          <FilterButton icon="with" label={filterIn(shown)} run={() => toggleFilter(name, text, false)} />
          <FilterButton icon="without" label={filterOut(shown)} run={() => toggleFilter(name, text, true)} />
        </>
      )}
      <CopyButton text={text} label={copyValue(shown)} />
    </>
  )
}

function FilterButton({ icon, label, run }: { icon: 'with' | 'without'; label: string; run: () => void }) {
  return (
    <button type="button" class="quiet" title={label} aria-label={label} onClick={run}>
      <Icon name={icon} />
    </button>
  )
}

/** A value as text; lists and objects are JSON of several lines. */
export function fieldText(value: FieldValue | undefined): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? JSON.stringify(value, undefined, 2) : String(value)
}

function canFilter(value: FieldValue): boolean {
  if (value === null || typeof value === 'object') return false
  return String(value).length <= filterLength && !/[\r\n]/.test(String(value))
}
