/** A row of a printed chain: how deep it hangs, and its text without the times. */
type Row = { depth: number; text: string }

const timeColumn = '     0.0 ms  '.length

/** The rows of a chain as `clew chain` and `formatChain()` print it, without head, times and durations. */
export function chainRows(printed: string): Row[] {
  return printed
    .trimEnd()
    .split('\n')
    .filter((line) => /^ *[\d.]+ (?:µs|ms|s) {2}/.test(line))
    .map((line) => {
      const [, branch = '', text = ''] = /^((?:[│ ] {2}|[├└]─ )*)(.*)$/.exec(line.slice(timeColumn)) ?? []
      return { depth: branch.length / 3, text: withoutTimes(text) }
    })
}

/**
 * What is the same in every run of the same request: the head without times and ids, and the tree with siblings in the order of the
 * alphabet, since two processes do not wait for each other. Without the waits of jobs, which one that begins at once has not.
 */
export function sameInEachRun(printed: string): string[] {
  const head = printed.split('\n\n')[0]!.split('\n').map(withoutNumbers)
  const rows = chainRows(printed)
    .filter(({ text }) => !text.startsWith('⏳'))
    .map(({ depth, text }) => ({ depth, text: withoutNumbers(text) }))
  return [...head, ...sorted(rows)]
}

function sorted(rows: readonly Row[]): string[] {
  const depth = rows[0]?.depth ?? 0
  const starts = rows.flatMap((row, at) => (row.depth === depth ? at : []))
  return starts
    .map((start, at) => [rows[start]!, ...rows.slice(start + 1, starts[at + 1])])
    .map(([first, ...below]) => ['   '.repeat(depth) + first!.text, ...sorted(below)])
    .toSorted(([one], [other]) => (one! < other! ? -1 : 1))
    .flat()
}

const withoutTimes = (text: string): string => text.replace(/ {2}[\d.]+ (?:µs|ms|s)(?= {2}|$)/, '')

function withoutNumbers(text: string): string {
  return withoutTimes(text)
    .replace(/[\d.]+ (?:µs|ms|s)\b/g, '…')
    .replace(/^trace [\da-f]{32}/, 'trace …')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:…')
    .replace(/\(job [\w-]+,/g, '(job …,')
    .replace(/"host":"[^ ]*/g, '"host":…')
    .replace(/\b(reqId|id|orderId|pid|responseTime)=\S+/g, '$1=…')
}
