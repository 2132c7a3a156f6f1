import { redactPatternNames } from '@clew/otlp'
import {
  type Fault,
  type Parse,
  parseChoice,
  parseList,
  parseOrOff,
  printableValue,
  usable,
} from '@clew/settings'
import type { Reader } from './reader.ts'
import { parseRedactPatterns, type RedactPatterns } from './redact-patterns.ts'
import type { Setting } from './setting.ts'

const modes = ['off', 'report', 'on'] as const
export type RedactMode = (typeof modes)[number]

/** What is taken out of what leaves this process. */
export type RedactConfig = RedactPatterns & {
  mode: RedactMode
  /** Key paths beside the default list. */
  keys: readonly string[]
}

/** Whoever has written something wants secrets cut: what is misspelt counts as on. */
const parseMode: Parse<RedactMode> = (raw) => {
  const parsed = parseChoice(modes)(raw)
  return parsed.value === undefined ? usable('on', parsed.faults) : parsed
}

const keyPath = /^!?[^\s.!/]+(?:\.[^\s.!/]+)*$/

const parseKeyPaths: Parse<readonly string[]> = (raw) => {
  const { value, faults } = parseList()(raw)
  if (value === undefined) return { value, faults }
  const wrong = value.filter((path) => !keyPath.test(path))
  const mistakes: Fault[] = wrong.map((path) => ({
    found: `${printableValue(path)} is no key path`,
    remedy: 'write one such as password, user.card, *secret or !token',
  }))
  return usable(
    value.filter((path) => !wrong.includes(path)),
    [...faults, ...mistakes],
  )
}

/** What is cut from records and spans while they are encoded. */
export const redactSettings: {
  mode: Setting<RedactMode>
  keys: Setting<readonly string[]>
  patterns: Setting<RedactPatterns | false>
} = {
  mode: {
    env: 'CLEW_REDACT',
    yaml: 'redact.mode',
    parse: parseMode,
    default: 'off',
    shown: 'off',
    about:
      'on: secrets are cut from every log record and span before it is held, written down or sent; report: they are only counted; off.',
  },
  keys: {
    env: 'CLEW_REDACT_KEYS',
    yaml: 'redact.keys',
    parse: parseKeyPaths,
    default: [],
    shown: 'the default list alone',
    about:
      'Keys whose values are cut, beside those of the default list: `user.card`, `*.iban`, `*secret`; `!token` takes one out of the list.',
  },
  patterns: {
    env: 'CLEW_REDACT_PATTERNS',
    yaml: 'redact.patterns',
    parse: parseOrOff(parseRedactPatterns),
    default: { patterns: redactPatternNames, own: [] },
    shown: 'all',
    about: `What is cut by its shape, wherever it stands: all, any of ${redactPatternNames.join(', ')}, and patterns of your own such as \`staff=/EMP-\\d{6}/i\`; or off.`,
  },
}

/** Reports keys and patterns that do nothing, as nobody has turned redaction on. */
export function readRedact(reader: Reader): RedactConfig {
  const { read, isGiven, placeOf, report } = reader
  const mode = read(redactSettings.mode)
  if (!isGiven(redactSettings.mode)) {
    for (const setting of [redactSettings.keys, redactSettings.patterns].filter(isGiven))
      report(`${placeOf(setting)}: nothing is cut without CLEW_REDACT; write CLEW_REDACT=on; in force: off`)
  }
  const none: RedactPatterns = { patterns: [], own: [] }
  return { mode, keys: read(redactSettings.keys), ...(read(redactSettings.patterns) || none) }
}
