import { isBlank, isCloser, isOpener, isQuote } from './scan/character.ts'
import { type Tokens, value } from './scan/tokens.ts'

/** Of a line only so many are tried. */
const mostChunks = 4
const comma = 44
const dot = 46
const colon = 58
const semicolon = 59

/**
 * The line with one value in place of what stands between blanks and has a value and more, such as `host:80`, `LOCAL(0)` or `#5#`: where
 * other lines have one value there, it is one too. Each such place by itself, the first few. A key, as in `size=5`, is no part of a value.
 */
export function linesByChunk(line: string, tokens: Tokens): string[] {
  const lines: string[] = []
  let end = 0
  for (let at = 0; at < tokens.count && lines.length < mostChunks; at++) {
    if (tokens.hashes[at] !== value || tokens.starts[at]! < end) continue
    let from = tokens.starts[at]!
    let to = tokens.ends[at]!
    while (from > end && !isBlank(line.charCodeAt(from - 1))) from--
    while (to < line.length && !isBlank(line.charCodeAt(to))) to++
    end = to
    while (to > from && isStop(line.charCodeAt(to - 1))) to--
    if (isWrapped(line.charCodeAt(from), line.charCodeAt(to - 1))) {
      from++
      to--
    }
    const isMore = from < tokens.starts[at]! || to > tokens.ends[at]!
    if (isMore && !line.slice(from, to).includes('='))
      lines.push(`${line.slice(0, from)}<*>${line.slice(to)}`)
  }
  return lines
}

function isStop(code: number): boolean {
  return code === comma || code === dot || code === colon || code === semicolon
}

function isWrapped(first: number, last: number): boolean {
  return (isOpener(first) && isCloser(last)) || (isQuote(first) && first === last)
}
