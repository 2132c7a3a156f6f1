import type { JsonObject } from './plain-log.ts'

const pair = /([A-Za-z_@][\w.@/-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))(?:\s+|$)/y
/** Of log/slog, logrus, go-kit: a line is taken for it when it begins with one of these. */
const beginning = /^(?:time|ts|t|timestamp|level|lvl|severity|msg|at)=/

/**
 * The pairs of a line of logfmt, each of its values as a text; undefined when the line is not that from beginning to end.
 * https://brandur.org/logfmt
 */
export function findLogfmt(text: string): JsonObject | undefined {
  if (!beginning.test(text)) return undefined
  const pairs: [string, string][] = []
  pair.lastIndex = 0
  let end = 0
  for (let found = pair.exec(text); found !== null; found = pair.exec(text)) {
    const [, key, quoted, bare = ''] = found
    pairs.push([key!, quoted === undefined ? bare : unquoted(quoted)])
    end = pair.lastIndex
    if (end === text.length) break
  }
  return end === text.length && pairs.length > 1 ? Object.fromEntries(pairs) : undefined
}

/** As Go quotes it. */
function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text.replace(/\\(.)/g, '$1')
  }
}
