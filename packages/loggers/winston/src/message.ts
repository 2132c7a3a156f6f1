import { isError } from './logged-error.ts'
import { type Info, messageKey } from './winston-shapes.ts'

const colour = '\u001b['
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
const colours = /\u001b\[[\d;]*m/g

/**
 * The message as it was meant, without the colours of colorize() and the padding of cli() and padLevels().
 * `raw` is the message before the formats.
 */
export function plainMessage(formatted: Info, raw: unknown): unknown {
  const { message } = formatted
  if (message === undefined) return takenMessage(formatted, raw)
  if (typeof message !== 'string') return isError(message) ? message.message : message
  const text = message.includes(colour) ? message.replace(colours, '') : message
  return text[0] === ' ' && typeof raw === 'string' && raw[0] !== ' ' ? text.trimStart() : text
}

// Formats such as logstash() move the message into the printed line. What the line does not show, a format may have
// taken away on purpose.
function takenMessage(formatted: Info, raw: unknown): unknown {
  const line = formatted[messageKey]
  if (typeof raw !== 'string' || typeof line !== 'string') return undefined
  return line.includes(raw) || line.includes(JSON.stringify(raw).slice(1, -1)) ? raw : undefined
}
