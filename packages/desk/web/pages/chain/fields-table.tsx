import { Fragment } from 'preact'
import type { Fields, FieldValue } from '../../../api/index.ts'
import { safeText } from '../../../chain/index.ts'
import { addFilter } from '../../../search/index.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { TextBlock } from '../../components/text-block.tsx'
import { words } from '../../i18n/words.ts'
import { hrefOf } from '../../url.ts'

/** Attributes with what can be done with each: copy it, and look for lines that have it. */
export function FieldsTable({ title, fields }: { title: string; fields: Fields }) {
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
            <th scope="col">{words.value.chain.details.name}</th>
            <th scope="col">{words.value.chain.details.value}</th>
            <th scope="col">{words.value.chain.details.actions}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([name, value]) => (
            <Field key={name} name={name} value={value} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** A value of several lines has the whole width below its name. */
function Field({ name, value }: { name: string; value: FieldValue }) {
  const text = textOf(value)
  const shownName = <FieldName name={safeText(name)} />
  const actions = <FieldActions name={name} value={value} text={text} />
  if (!hasLines(text))
    return (
      <tr>
        <th scope="row">{shownName}</th>
        <td>
          <Value text={text} />
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
          <Value text={text} />
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

function FieldActions({ name, value, text }: { name: string; value: FieldValue; text: string }) {
  const { filter, copyValue } = words.value.chain.details
  const shownName = safeText(name)
  return (
    <td class="field-actions">
      {isPlain(value) && (
        <a
          href={hrefOf('/logs', { q: addFilter('', name, text, false) })}
          title={filter(shownName)}
          aria-label={filter(shownName)}
        >
          <Icon name="search" />
        </a>
      )}
      <CopyButton text={text} label={copyValue(shownName)} />
    </td>
  )
}

/** Text of several lines keeps them: stacks and nested values. */
export function Value({ text }: { text: string }) {
  return hasLines(text) ? <TextBlock text={text} /> : <bdi class="value">{safeText(text)}</bdi>
}

function hasLines(text: string): boolean {
  return /[\r\n]/.test(text.trim())
}

function textOf(value: FieldValue): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? JSON.stringify(value, undefined, 2) : String(value)
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
