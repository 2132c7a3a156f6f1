import { type Parse, quote, usable } from '@clew/settings'
import { optional, type Setting } from './setting.ts'

/** Whose names are written here. Of others, such as rpc, there is nothing. */
const written = ['http', 'database', 'messaging', 'code']
const twice = '/dup'

/** The stable names are written, whatever is asked for: what asks for them is right, and what asks for others beside them is told. */
const parseOptIn: Parse<string> = (raw) => {
  const words = [raw].flat().flatMap((text) => String(text).split(','))
  const asked = words.map((word) => word.trim()).filter((word) => word !== '')
  const doubled = asked.filter((word) => written.some((domain) => word === domain + twice))
  const used = asked.map((word) => (doubled.includes(word) ? word.slice(0, -twice.length) : word)).join(',')
  if (doubled.length === 0) return usable(used)
  const found = `${doubled.map(quote).join(' and ')}: the former names are not written beside the stable ones`
  return usable(used, [{ found, remedy: `write ${used}` }])
}

/** https://opentelemetry.io/docs/specs/semconv/non-normative/http-migration/ */
export const semconvSetting: Setting<string | undefined> = optional({
  env: 'OTEL_SEMCONV_STABILITY_OPT_IN',
  parse: parseOptIn,
  shown: 'the stable names',
  about:
    'Accepted as it is: spans and records have the stable names alone, of http, database and code, and the present ones of messaging. For `http/dup` and the like a line says so.',
})
