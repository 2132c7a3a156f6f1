import { Visitor } from 'oxc-parser'
import { type House, lineOf, type Problem, type Source } from './house.ts'

const maxFileLines = 300
const maxFunctionLines = 60
/** Functions that may be longer, in the whole house. */
const maxLongFunctions = 3
const smallFileLines = 30

/** Files that are too long, and functions where there are too many long ones. */
export function checkSizes({ sources }: House): Problem[] {
  const files = [...sources.values()].flatMap(({ path, text }) => {
    const lines = linesOf(text)
    const message = `has ${lines} lines, and a file has ${maxFileLines} at most; part it where one thought ends`
    return lines > maxFileLines ? [{ path, message }] : []
  })
  const functions = [...sources.values()].flatMap(longFunctions)
  return [...files, ...(functions.length > maxLongFunctions ? functions : [])]
}

/** How many files are small, in one line. */
export function describeSizes({ sources }: House): string {
  const small = [...sources.values()].filter(({ text }) => linesOf(text) < smallFileLines).length
  const long = [...sources.values()].flatMap(longFunctions)
  const share = ((100 * small) / sources.size).toFixed(0)
  const named = long.map(({ path, line }) => `${path}:${line}`).join(', ')
  return `${sources.size} files, ${small} of them below ${smallFileLines} lines (${share} %); ${long.length} functions over ${maxFunctionLines}${named && `: ${named}`}`
}

function linesOf(text: string): number {
  return text.split('\n').length - 1
}

function longFunctions({ path, text, parsed }: Source): Problem[] {
  const found: Problem[] = []
  const look = ({ start, end }: { start: number; end: number }): void => {
    const line = lineOf(text, start)
    const lines = lineOf(text, end) - line + 1
    if (lines <= maxFunctionLines) return
    const message = `a function of ${lines} lines, and ${maxLongFunctions} in all may have over ${maxFunctionLines}; part it by what its parts do`
    found.push({ path, line, message })
  }
  new Visitor({
    FunctionDeclaration: look,
    FunctionExpression: look,
    ArrowFunctionExpression: look,
  }).visit(parsed.program)
  return found
}
