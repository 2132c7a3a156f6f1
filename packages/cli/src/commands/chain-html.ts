import { writeFile } from 'node:fs/promises'
import { formatSize, type Parse, printableAddress, quote, unusable, usable } from '@clew/settings'
import { isCount, orNone, readBytes, withFields } from '../desk-answer.ts'
import { askDesk, type DeskAddress } from '../desk-client.ts'
import { plural, print } from '../output.ts'

/** A trace id, or the one in a traceparent. */
export const parseTraceId: Parse<string> = (raw) => {
  const id = traceIdIn(String(raw))
  if (id !== undefined) return usable(id)
  return unusable(raw === '' ? 'there is none' : `${quote(raw)} is no trace id`, 'write its 32 hex digits')
}

function traceIdIn(text: string): string | undefined {
  return /^(?:[0-9a-f]{2}-)?([0-9a-f]{32})(?:-|$)/i.exec(text)?.[1]?.toLowerCase()
}

/** The words with the file of `--html` in it, as `parseArgs` wants it; "" where none is given. */
export function withFileOfHtml(words: readonly string[]): string[] {
  const at = words.indexOf('--html')
  if (at < 0) return [...words]
  const next = words[at + 1]
  const isFile =
    next === '-' || (next !== undefined && !next.startsWith('-') && traceIdIn(next) === undefined)
  const file = isFile ? next : ''
  return [...words.slice(0, at), `--html=${file}`, ...words.slice(at + (isFile ? 2 : 1))]
}

/** What the desk says of the file: `ShareSummary` of its API. */
type Summary = {
  spans: number
  lines: number
  leftOut: { records: number; details: number }
  redacted: number | null
}

/** Writes a chain as one HTML file, and says on stderr what is in it and what is not. */
export async function writeHtml(
  desk: DeskAddress,
  traceId: string,
  file: string,
  redact: boolean,
): Promise<number> {
  const response = await askDesk(desk, `/api/chains/${traceId}/export?as=html&redact=${redact}`)
  const isPage = (response.headers.get('content-type') ?? '').startsWith('text/html')
  const summary = summaryOf(response.headers.get('clew-share'))
  if (!isPage || summary === undefined)
    throw new Error(
      `${printableAddress(desk.url)} answered with no file of a chain; is it a desk, and as new as this clew?`,
    )
  const bytes = await readBytes(response, desk.url)
  const path = file === '' ? `${traceId}.html` : file
  if (path === '-') await print(bytes)
  else await writeFile(path, bytes)
  const about = describeFile(summary)
  process.stderr.write(
    `${path === '-' ? 'stdout' : path}: ${formatSize(Math.ceil(bytes.length / 1024) * 1024)}, ${about.join('; ')}\n`,
  )
  return 0
}

const isSummary = withFields({
  ...{ spans: isCount, lines: isCount, redacted: orNone(isCount) },
  leftOut: withFields({ records: isCount, details: isCount }),
})

function summaryOf(header: string | null): Summary | undefined {
  try {
    const summary: unknown = JSON.parse(header ?? '')
    return isSummary(summary) ? (summary as Summary) : undefined
  } catch {
    return undefined
  }
}

function describeFile({ spans, lines, leftOut, redacted }: Summary): string[] {
  return [
    `${plural(spans, 'span')} and ${plural(lines, 'line')}`,
    ...(leftOut.records > 0 ? [`${leftOut.records} more had no room`] : []),
    ...(leftOut.details > 0 ? [`the details of ${leftOut.details} had none`] : []),
    redacted === null ? 'nothing cut out of them' : `${plural(redacted, 'secret')} cut out`,
  ]
}
