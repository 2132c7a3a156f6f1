import { type Expression, Visitor } from 'oxc-parser'
import { type House, lineOf, type Problem, type Source } from './house.ts'

const remedy = 'a user, a password or a key may be in it: say printableAddress(…) of @clew/settings'

/** Whose addresses have no secret of others. */
const exceptions: Readonly<Record<string, string>> = {
  'packages/settings/': 'owns printableAddress, and makes the addresses that it proposes',
  'packages/desk/server/forward/forwarding-store.ts': 'the status of a forward has a printable address',
  'packages/desk/server/run-desk.ts': 'the same',
  'packages/cli/src/commands/desk.ts': "the desk's own address, with its token, for whoever started it",
}

const addressNames: ReadonlySet<string> = new Set(['url', 'href'])
/** Functions that say something to somebody. */
const saying = /^(say|report|warn|error|log|debug|info|write)/i

/** Addresses in sentences, and those that are said as they are. */
export function checkAddresses({ sources }: House): Problem[] {
  const exempt = Object.keys(exceptions)
  return [...sources.values()].flatMap((source) =>
    exempt.some((path) => source.path.startsWith(path)) ? [] : saidAddresses(source),
  )
}

function saidAddresses({ path, text, parsed }: Source): Problem[] {
  const found: Problem[] = []
  const look = (expression: Expression): void => {
    if (!isAddress(expression)) return
    const shown = text.slice(expression.start, expression.end)
    found.push({ path, line: lineOf(text, expression.start), message: `says ${shown}; ${remedy}` })
  }
  new Visitor({
    // An address is put together without a space; a sentence has some.
    TemplateLiteral({ quasis, expressions }) {
      if (quasis.some(({ value }) => /\s/.test(value.raw)))
        for (const expression of expressions) look(expression)
    },
    BinaryExpression({ operator, left, right }) {
      const isSentence = [left, right].some(
        (side) => side.type === 'Literal' && typeof side.value === 'string' && /\s/.test(side.value),
      )
      if (operator !== '+' || !isSentence) return
      for (const side of [left, right]) look(side)
    },
    CallExpression({ callee, arguments: given }) {
      if (!saying.test(nameOf(callee) ?? '')) return
      for (const argument of given) if (argument.type !== 'SpreadElement') look(argument)
    },
  }).visit(parsed.program)
  return found
}

/** `url`, `endpoint.url`, `url.href`, `url.toString()` and `String(url)`. */
function isAddress(expression: Expression): boolean {
  if (expression.type === 'CallExpression') {
    const { callee, arguments: given } = expression
    if (callee.type === 'MemberExpression' && nameOf(callee) === 'toString') return isAddress(callee.object)
    const [first] = given
    return (
      nameOf(callee) === 'String' && first !== undefined && first.type !== 'SpreadElement' && isAddress(first)
    )
  }
  return addressNames.has(nameOf(expression) ?? '')
}

/** Of `name` and `object.name`. */
function nameOf(expression: Expression): string | undefined {
  if (expression.type === 'Identifier') return expression.name
  if (expression.type !== 'MemberExpression' || expression.computed) return undefined
  return 'name' in expression.property ? expression.property.name : undefined
}
