import { safeText } from '@clew/otlp/text'
import type { ComponentChildren } from 'preact'
import type { FieldValue } from '../../api/index.ts'
import { CopyButton } from '../components/copy-button.tsx'
import { TextBlock, TimeText } from '../components/telemetry.tsx'
import { formatCount, isoNano } from '../format.ts'
import { words } from '../i18n/words.ts'

/** A value as text; lists and objects are JSON of several lines. */
export function valueText(value: FieldValue | undefined): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? JSON.stringify(value, undefined, 2) : String(value)
}

export function hasLines(text: string): boolean {
  return /[\r\n]/.test(text.trim())
}

/** Text of several lines keeps them: stacks and nested values. */
export function Value({ text }: { text: string }) {
  return hasLines(text) ? <TextBlock text={text} /> : <bdi class="value">{safeText(text)}</bdi>
}

/** A value longer than this, or of more lines, is folded. */
const [longText, manyLines] = [320, 8]
const previewLength = 72

/** A value of which a long one shows only how it begins and how long it is, until it is opened. */
export function FoldedValue({ text }: { text: string }) {
  const lines = text.split('\n').length
  if (text.length <= longText && lines <= manyLines) return <Value text={text} />
  return (
    <details class="long-value">
      <summary>
        <bdi class="value">{safeText(text.slice(0, previewLength))}…</bdi>{' '}
        <span class="muted number">{words.value.record.characters(formatCount(text.length))}</span>
      </summary>
      <Value text={text} />
    </details>
  )
}

/** An instant with all nine digits. */
export function ExactTime({ unixNano }: { unixNano: string }) {
  return (
    <>
      <TimeText unixNano={unixNano} /> <span class="exact-time">{isoNano(unixNano)}</span>
    </>
  )
}

/** An id that can be copied. */
export function Id({ id }: { id: string }) {
  const shown = safeText(id)
  return (
    <span class="id mono">
      {shown}
      <CopyButton text={id} label={words.value.record.copyValue(shown)} />
    </span>
  )
}

/** Facts as name and value; those without a value are left out. */
export function FactsList({ facts }: { facts: readonly [name: string, value: ComponentChildren][] }) {
  return (
    <dl class="row-facts">
      {facts
        .filter(([, value]) => value !== '' && value !== false && value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
