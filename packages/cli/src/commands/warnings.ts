import type { Paint } from '@clew/otlp/text'
import { given, parseCount, parseDuration, parsePositive, quote, requireAll } from '@clew/settings'
import type { Command } from '../command.ts'
import { isAny, isCount, isFlag, isListOf, isText, orNone, withFields } from '../desk-answer.ts'
import { addressOptions, addressUsage, askJson, givenDesk } from '../desk-client.ts'
import { localTime, printable } from '../format-log.ts'
import { paintOf, print } from '../output.ts'
import { readWords } from '../read-words.ts'

const defaultLimit = '20'
const mostWarnings = 1_000

const options = {
  ...addressOptions,
  since: { type: 'string' },
  limit: { type: 'string', default: defaultLimit },
  noise: { type: 'string' },
  useful: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export const warningsCommand: Command = {
  usage: `clew warnings [options]

Prints the early warnings of a desk, the newest last: what changed, since when, by how much against what is usual, how sure that is,
the lines that show it best, and what it led to.

  --since AGE    only those of the last 30m, 2h, 7d
  --limit N      at most so many (default ${defaultLimit}, up to ${mostWarnings})
  --noise ID     says of one that it was none: it is told again once it rises above the height that it had
  --useful ID    says of one that it was right: it is told whenever it comes
  --json         one JSON object a line with everything of the warning
${addressUsage}
`,
  async run(words) {
    const { values } = readWords(words, { command: 'clew warnings', options, most: 0 })
    const { sinceMs, limit, desk } = requireAll({
      sinceMs: given('--since', parsePositive(parseDuration), values.since),
      limit: given('--limit', parseCount(mostWarnings), values.limit),
      desk: givenDesk(values),
    })
    const { noise, useful } = values
    if (noise !== undefined && useful !== undefined)
      throw new Error('--noise excludes --useful; say one of the two')
    const id = noise ?? useful
    if (id !== undefined) {
      const path = `/api/warnings/${encodeURIComponent(id)}/opinion`
      const body = { opinion: noise === undefined ? 'useful' : 'noise' }
      await askJson(desk, path, isWarning, { method: 'POST', body })
      await print(`${quote(id)} is ${body.opinion}\n`)
      return 0
    }
    const from = sinceMs === undefined ? '' : `&from=${Math.max(0, Math.round(Date.now() - sinceMs))}`
    const page = await askJson<Page>(desk, `/api/warnings?limit=${limit}${from}`, isPage)
    const paint = paintOf(process.stdout, process.env)
    for (const warning of page.warnings.toReversed())
      await print(values.json ? `${JSON.stringify(warning)}\n` : `${format(warning, paint)}\n\n`)
    if (page.warnings.length === 0 && !values.json) await print(`${nothing(page.learning)}\n`)
    return 0
  },
}

type Warning = {
  id: string
  raisedUnixMs: number
  state: string
  text: string
  opinion: string | null
  failure: { unixMs: number; leadMs: number; text: string } | null
}
type Learning = { isLearning: boolean; untilUnixMs: number | null }
type Page = { learning: Learning; warnings: Warning[] }

const isFailure = withFields({ unixMs: isCount, leadMs: isCount, text: isText })
const isWarning = withFields({
  ...{ id: isText, raisedUnixMs: isCount, state: isText, text: isText, opinion: orNone(isText) },
  failure: orNone(isFailure),
})
const isPage = withFields({
  learning: withFields({ isLearning: isFlag, untilUnixMs: orNone(isCount), series: isAny }),
  warnings: isListOf(isWarning),
})

/** A head, what the desk says in words, and what became of it. */
function format({ id, raisedUnixMs, state, text, opinion, failure }: Warning, paint: Paint): string {
  const notes = [state === 'learning' ? 'still learning' : state, opinion].filter(Boolean).join(', ')
  const [title = '', ...lines] = printable(text).split('\n')
  return [
    `${paint('aside', `${localTime(raisedUnixMs)} ${printable(id)}`)} ${paint('warning', title)} ${paint('aside', `(${printable(notes)})`)}`,
    ...lines,
    ...(failure
      ? [
          paint(
            'error',
            `    ${leadText(failure.leadMs)}, ${localTime(failure.unixMs)}: ${printable(failure.text)}`,
          ),
        ]
      : []),
  ].join('\n')
}

/** From when it was raised to the failure. */
const leadText = (leadMs: number): string =>
  leadMs > 0 ? `${Math.round(leadMs / 60_000)} min later` : 'not before the failure'

function nothing({ isLearning, untilUnixMs }: Learning): string {
  if (!isLearning) return 'no warnings'
  const until = untilUnixMs === null ? 'nothing came yet' : `until ${localTime(untilUnixMs)}`
  return `no warnings; the desk is still learning (${until})`
}
