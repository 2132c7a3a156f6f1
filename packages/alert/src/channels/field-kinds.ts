import {
  type Pairs,
  type Parse,
  parseHeaders,
  parseList,
  printableValue,
  unusable,
  usable,
} from '@clew/settings'
import type { Field } from '../rules/fields.ts'

const text = { type: 'string' }
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the file that has it
const variable = '${NAME} of a variable that has it'

/** The address of a bot. It is a secret: mistakes do not show it. `needs`: the name in its query that is the key. */
export function secretUrl(about: string, needs?: string): Field<string> {
  const parse: Parse<string> = (raw) => {
    const url = typeof raw === 'string' ? URL.parse(raw.trim()) : null
    if (!url || !/^https?:$/.test(url.protocol))
      return unusable('it is no address of HTTP', `write https://…, or ${variable}`)
    if (needs !== undefined && !url.searchParams.get(needs))
      return unusable(`its address has no ${needs}`, `copy all of it, with ?${needs}=…`)
    return usable(url.href)
  }
  return { parse, about, schema: text }
}

/** A text that may be a secret: mistakes do not show it. */
export function secretText(about: string): Field<string> {
  const parse: Parse<string> = (raw) =>
    typeof raw === 'string' && raw.trim() !== ''
      ? usable(raw.trim())
      : unusable('it is no text', `write it in quotes, or ${variable}`)
  return { parse, about, schema: text }
}

/** The address of a mail server; secret, since it has a password. */
export function mailServer(about: string): Field<string> {
  const parse: Parse<string> = (raw) => {
    const url = typeof raw === 'string' ? URL.parse(raw.trim()) : null
    return url && /^smtps?:$/.test(url.protocol) && url.hostname !== ''
      ? usable(url.href)
      : unusable('it is no address of a mail server', `write smtp://user:password@host:587, or ${variable}`)
  }
  return { parse, about, schema: text }
}

/** Mail addresses, at least one. */
export function addresses(about: string): Field<readonly string[]> {
  const parse: Parse<readonly string[]> = (raw) => {
    const list = parseList()(raw)
    const wrong = list.value?.find((word) => !/^[^\s@]+@[^\s@]+$/.test(word))
    if (wrong !== undefined)
      return unusable(`${printableValue(wrong)} is no mail address`, 'write name@example.com')
    return list.value?.length === 0 ? unusable('it is empty', 'write a mail address') : list
  }
  return { parse, about, schema: { anyOf: [text, { type: 'array', items: text, minItems: 1 }] } }
}

/** Who is mentioned. Mobile numbers, which are numbers in YAML, are words too. */
export function mentions(about: string): Field<readonly string[]> {
  const schema = {
    anyOf: [{ type: ['string', 'integer'] }, { type: 'array', items: { type: ['string', 'integer'] } }],
  }
  return { parse: parseList(), about, schema, fallback: { value: [], shown: 'nobody' } }
}

/** HTTP headers, which may have secrets. */
export function headers(about: string): Field<Pairs> {
  const schema = { type: 'object', additionalProperties: text }
  return { parse: parseHeaders, about, schema, fallback: { value: {}, shown: 'none' } }
}

/** An IANA time zone. */
export function timeZone(about: string): Field<string> {
  const parse: Parse<string> = (raw) => {
    try {
      return usable(new Intl.DateTimeFormat('en', { timeZone: String(raw) }).resolvedOptions().timeZone)
    } catch {
      return unusable(
        `${printableValue(raw, Intl.supportedValuesOf('timeZone'))} is no time zone`,
        'write one as "Asia/Shanghai" or "UTC"',
      )
    }
  }
  return { parse, about, schema: text, fallback: { value: 'UTC', shown: 'UTC' } }
}
