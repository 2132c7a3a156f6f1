import { bandOf } from '@clew/otlp/severity'
import { formatDuration, safeText } from '@clew/otlp/text'
import { useContext } from 'preact/hooks'
import { formatCount, formatTime, isoNano } from '../format.ts'
import { words } from '../i18n/words.ts'
import { colourValue, type ServiceLook, ServiceLooks } from '../service-colour.ts'
import { markSegments, safeLines } from '../telemetry-text.ts'
import { Icon } from './icon.tsx'

/** Text of telemetry as one line, made harmless, with the words of a search marked. */
export function HighlightedText({ text, words = [] }: { text: string; words?: readonly string[] }) {
  return (
    <bdi class="telemetry">
      {markSegments(safeText(text), words).map((piece, at) =>
        piece.marked ? <mark key={at}>{piece.text}</mark> : piece.text,
      )}
    </bdi>
  )
}

/** What is longer than this many lines or characters scrolls in a frame of its own. */
const maxLines = 24
const maxLength = 3_000

/** Text of several lines, such as a stack, made harmless; its ends of lines stay. */
export function TextBlock({ text }: { text: string }) {
  const lines = text.split(/\r\n|\n|\r/)
  const scrolls = lines.length > maxLines || text.length > maxLength
  return (
    <pre class={scrolls ? 'text-block scrolls' : 'text-block'} tabIndex={scrolls ? 0 : undefined}>
      {safeLines(text)}
    </pre>
  )
}

/** A severity as icon and word, never by colour alone. `severity` is OTLP's SeverityNumber. */
export function Severity({ severity }: { severity: number }) {
  const band = bandOf(severity)
  return (
    <span class={`severity severity-${band}`}>
      <Icon name={band} />
      {words.value.shell.severity[band]}
    </span>
  )
}

const signs = 4

/** The class of a sign. Beyond four times as many services as there are colours only their names tell them apart. */
export function signClass({ sign }: ServiceLook): string {
  return sign % signs === 0 ? '' : `sign-${sign % signs}`
}

/** A dot of a service's colour, in the form of its sign. Its name must stand near it. */
export function ServiceMark({ look }: { look: ServiceLook }) {
  return <span class={`service-dot ${signClass(look)}`} style={{ '--service': colourValue(look) }} />
}

/** The name of a service behind its mark. */
export function ServiceDot({ name }: { name: string }) {
  const lookOf = useContext(ServiceLooks)
  return (
    <span class="service">
      <ServiceMark look={lookOf(name)} />
      <bdi>{safeText(name)}</bdi>
    </span>
  )
}

/** An instant in local time with milliseconds; the title has all nine digits. */
export function TimeText({ unixNano }: { unixNano: string }) {
  return (
    <time class="number" dateTime={isoNano(unixNano)} title={isoNano(unixNano)}>
      {formatTime(unixNano, Date.now())}
    </time>
  )
}

/** A duration with three digits; the title has all of it. */
export function Duration({ ns }: { ns: number }) {
  return (
    <span class="number" title={`${formatCount(ns)} ns`}>
      {formatDuration(ns)}
    </span>
  )
}
