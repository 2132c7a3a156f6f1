import type { SpanFacts } from './attributes.ts'
import { formatOffset } from './duration.ts'
import { type Paint, unpainted } from './paint.ts'

/**
 * - `wait`: time in a queue, or between two attempts.
 * - `group`: siblings that do the same.
 * - `lost`: a span that others name and that never came.
 * - `note`: causes that are not drawn above.
 */
export type RowKind = 'span' | 'log' | 'event' | 'wait' | 'group' | 'lost' | 'note'

/** What a row of a chain says, in parts. A part that it does not have is "". All of it should be safe to print. */
export type RowText = {
  kind: RowKind
  /** Name of a span, text of a line, or words about another row. */
  label: string
  /** `→ 500`, `(job 3, attempt 2)`, fields of a line, text of an event. */
  detail: string
  duration: string
  service: string
  /** TRACE to FATAL, of lines. */
  severity: string
  /** Whether it is a span with status ERROR, and what that says. */
  failed: boolean
  message: string
  badge: string
  /** Where a linked trace begins, its id. */
  linkedTrace: string
}

/** A row that says nothing, for the parts that another does not have. */
export const emptyRow: Omit<RowText, 'kind'> = {
  label: '',
  detail: '',
  duration: '',
  service: '',
  severity: '',
  failed: false,
  message: '',
  badge: '',
  linkedTrace: '',
}

const english = { job: (id: string) => `job ${id}`, attempt: (count: number) => `attempt ${count}` }

/** What stands behind a span's name: `→ 202`, `(job 3, attempt 2)`. */
export function spanDetail(
  { httpStatus, jobId, attempt }: SpanFacts,
  words: typeof english = english,
): string {
  const details: string[] = []
  const job: string[] = []
  if (httpStatus !== undefined) details.push(`→ ${httpStatus}`)
  if (jobId !== undefined) job.push(words.job(jobId))
  if (attempt !== undefined) job.push(words.attempt(attempt))
  if (job.length > 0) details.push(`(${job.join(', ')})`)
  return details.join(' ')
}

/** A row, how deep it stands (0 at the top), and when it begins after the first one, in nanoseconds. */
export type TreeRow = { level: number; atNs: number; text: RowText }

const offsetWidth = 11
/** Deeper rows do not move further to the right; they say how deep they are. */
const deepest = 40

/**
 * The lines of a tree, each with its instant before it. Rows come in order, each after the one it stands below. All
 * instants have the unit that suits `totalNs`, how long the whole took.
 */
export function treeLines(rows: readonly TreeRow[], totalNs: number, paint: Paint = unpainted): string[] {
  const branches = branchesOf(rows)
  return rows.map(({ atNs, text }, row) => {
    const at = formatOffset(atNs, totalNs).padStart(offsetWidth)
    return `${paint('aside', `${at}  ${branches[row]}`)}${rowLine(text, paint)}`
  })
}

/** `├─ `, `└─ ` and the lines of the rows above, from the last row back: only then is known what still follows. */
function branchesOf(rows: readonly TreeRow[]): string[] {
  const branches: string[] = []
  const follows: boolean[] = []
  for (let row = rows.length - 1; row >= 0; row--) {
    const { level } = rows[row]!
    const drawn = Math.min(level, deepest)
    let branch = ''
    for (let above = 1; above < drawn; above++) branch += follows[above] ? '│  ' : '   '
    if (level > 0) branch += follows[level] ? '├─ ' : '└─ '
    branches[row] = level > deepest ? `${branch}⋯${level - deepest} ` : branch
    follows.length = Math.min(follows.length, level + 1)
    while (follows.length < level) follows.push(false)
    follows[level] = true
  }
  return branches
}

function rowLine(row: RowText, paint: Paint): string {
  const mark = marks[row.kind](row)
  const parts = [
    `${paintMark(row, mark, paint)}${row.label}${row.detail && ` ${row.detail}`}`,
    row.duration && paint('aside', row.duration),
    row.kind !== 'log' && row.service && paint('service', `[${row.service}]`),
    row.badge && paint('warning', row.badge),
    row.linkedTrace && `trace ${row.linkedTrace.slice(0, 8)}`,
    row.failed && paint('error', `ERROR ${row.message}`.trimEnd()),
  ]
  return parts.filter(Boolean).join('  ')
}

function paintMark({ severity }: RowText, mark: string, paint: Paint): string {
  if (severity === 'ERROR' || severity === 'FATAL') return paint('error', mark)
  return severity === 'WARN' ? paint('warning', mark) : mark
}

const marks: { [Kind in RowKind]: (row: RowText) => string } = {
  span: ({ linkedTrace }) => (linkedTrace ? '↪ ' : ''),
  log: ({ severity }) => `${(severity || 'LOG').padEnd(5)} `,
  event: () => '• ',
  wait: () => '⏳ ',
  group: () => '',
  lost: ({ linkedTrace }) => (linkedTrace ? '↪ ' : ''),
  note: () => '',
}
