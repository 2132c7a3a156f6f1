import {
  type Pairs,
  type Parse,
  parseChoice,
  parseCount,
  parseDuration,
  parseHeaders,
  parseList,
  quote,
  unusable,
  usable,
} from '@clew/settings'
import type { Field } from './field.ts'

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

/** A text that must be given; it may be a secret. */
export function requiredText(about: string): Field<string> {
  return { parse: parseSecret, about, schema: text }
}

export function optionalSecret(about: string): Field<string | undefined> {
  return { parse: parseSecret, about, schema: text, default: undefined }
}

const parseSecret: Parse<string> = (raw) =>
  typeof raw === 'string' && raw.trim() !== ''
    ? usable(raw.trim())
    : unusable('it is no text', `write it in quotes, or ${variable}`)

export function choice<const V extends string>(values: readonly V[], preset: V, about: string): Field<V> {
  return { parse: parseChoice(values), default: preset, about, schema: { enum: values, default: preset } }
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
    if (wrong !== undefined) return unusable(`${quote(wrong)} is no mail address`, 'write name@example.com')
    return list.value?.length === 0 ? unusable('it is empty', 'write a mail address') : list
  }
  return { parse, about, schema: { type: 'array', items: text, minItems: 1 } }
}

/** Words; without it none. Numbers, as mobile numbers are in YAML, are words too. */
export function words(about: string): Field<readonly string[]> {
  return {
    parse: parseList(),
    default: [],
    about,
    schema: { type: 'array', items: { type: ['string', 'integer'] } },
  }
}

/** HTTP headers, which may have secrets. */
export function headers(about: string): Field<Pairs> {
  const schema = { type: 'object', additionalProperties: text }
  return { parse: parseHeaders, default: {}, about, schema }
}

export function count(preset: number, about: string): Field<number> {
  const schema = { type: 'integer', minimum: 0, ...(Number.isFinite(preset) && { default: preset }) }
  return { parse: parseCount(), default: preset, about, schema }
}

export function duration(preset: number, shown: string, about: string): Field<number> {
  return { parse: parseDuration, default: preset, about, schema: { type: 'string', default: shown } }
}

/** The name of another thing. */
export function name(about: string): Field<string | undefined> {
  return { parse: parseSecret, default: undefined, about, schema: text }
}

/** An IANA time zone. */
export function timeZone(about: string): Field<string> {
  const parse: Parse<string> = (raw) => {
    try {
      return usable(new Intl.DateTimeFormat('en', { timeZone: String(raw) }).resolvedOptions().timeZone)
    } catch {
      return unusable(`${quote(raw)} is no time zone`, 'write one as "Asia/Shanghai" or "UTC"')
    }
  }
  return { parse, default: 'UTC', about, schema: { ...text, default: 'UTC' } }
}
