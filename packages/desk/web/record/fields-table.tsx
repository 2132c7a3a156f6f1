import { safeText } from '@clew/otlp/text'
import { addFilter } from '@clew/search'
import { type ComponentChild, Fragment } from 'preact'
import type { Fields, FieldValue } from '../../api/index.ts'
import { CopyButton } from '../components/copy-button.tsx'
import { Icon } from '../components/icon.tsx'
import { words } from '../i18n/words.ts'
import { useRecords } from '../records.ts'
import { hrefOf } from '../url.ts'
import { FoldedValue, hasLines, valueText } from './value.tsx'

/** How to look for records that have an attribute. */
export type Filters = (name: string, text: string) => ComponentChild

type FieldsTableProps = { title: string; fields: Fields; filters?: Filters | undefined }

/** Attributes with what can be done with each: copy it, and look for lines that have it. */
export function FieldsTable({ title, fields, filters = findLines }: FieldsTableProps) {
  const entries = Object.entries(fields)
  if (entries.length === 0) return null
  return (
    <section class="fields">
      <h3>{title}</h3>
      <table>
        <colgroup>
          <col class="field-names" />
          <col />
          <col class="field-buttons" />
        </colgroup>
        <thead class="unseen">
          <tr>
            <th scope="col">{words.value.record.name}</th>
            <th scope="col">{words.value.record.value}</th>
            <th scope="col">{words.value.record.actions}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([name, value]) => (
            <Field key={name} name={name} value={value} filters={filters} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** A value of several lines has the whole width below its name. */
function Field({ name, value, filters }: { name: string; value: FieldValue; filters: Filters }) {
  const text = valueText(value)
  const shownName = <FieldName name={safeText(name)} />
  const actions = (
    <td class="field-actions">
      {isPlain(value) && filters(name, text)}
      <CopyButton text={text} label={words.value.record.copyValue(safeText(name))} />
    </td>
  )
  if (!hasLines(text))
    return (
      <tr>
        <th scope="row">{shownName}</th>
        <td>
          <FoldedValue text={text} />
        </td>
        {actions}
      </tr>
    )
  return (
    <>
      <tr class="field-name">
        <th scope="row" colSpan={2}>
          {shownName}
        </th>
        {actions}
      </tr>
      <tr>
        <td colSpan={3}>
          <FoldedValue text={text} />
        </td>
      </tr>
    </>
  )
}

/** A long name may break behind its dots. */
function FieldName({ name }: { name: string }) {
  return (
    <bdi>
      {name.split(/(?<=[._])/).map((part, at) => (
        <Fragment key={at}>
          {at > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </bdi>
  )
}

const findLines: Filters = (name, text) => <FindLines name={name} text={text} />

function FindLines({ name, text }: { name: string; text: string }) {
  const label = words.value.record.find(safeText(name))
  if (!useRecords().isDesk) return null
  return (
    <a href={hrefOf('/logs', { q: addFilter('', name, text, false) })} title={label} aria-label={label}>
      <Icon name="search" />
    </a>
  )
}

/** What the search can compare: one line of no great length. */
function isPlain(value: FieldValue): boolean {
  return (
    value !== null &&
    typeof value !== 'object' &&
    !/[\r\n]/.test(String(value)) &&
    String(value).length <= 200
  )
}
