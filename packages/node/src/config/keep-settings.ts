import { type SeverityBand, severityBands } from '@clew/otlp'
import type { RandomnessSource, StormOptions } from '@clew/pipeline'
import {
  type Parse,
  parseBytes,
  parseChoice,
  parseCount,
  parseDuration,
  parseOrOff,
  parsePositive,
  parseText,
  printableValue,
  textOf,
  unusable,
  usable,
} from '@clew/settings'
import { parseKeepRules, parseStorm, type WrittenRule } from './keep-rules.ts'
import { optional, type Setting, setting } from './setting.ts'

/** The address of a Redis. */
export const parseRedis: Parse<string> = (raw) => {
  const text = textOf(raw)
  if (/^rediss?:\/\/[^/]/.test(text) && URL.canParse(text)) return usable(text)
  return unusable(`${printableValue(raw)} is no address of Redis`, 'write redis://host:6379')
}

const parseBus: Parse<string> = (raw) => {
  if (raw === true || textOf(raw).toLowerCase() === 'on') return usable('on')
  const { value, faults } = parseRedis(raw)
  const orOn = faults.map(({ found, remedy }) => ({ found, remedy: `${remedy}, on for that of REDIS_URL` }))
  return value === undefined ? { value, faults: orOn } : usable(value)
}

const defaultHoldBytes = 64 * 2 ** 20
/** Below it there is no room for two blocks and their tables. */
const leastHoldBytes = 64 * 2 ** 10

const parseHoldBytes: Parse<number> = (raw) => {
  const { value, faults } = parseBytes(raw)
  return value === undefined || value === 0 || value >= leastHoldBytes
    ? { value, faults }
    : unusable(`${printableValue(raw)} has no room for records`, 'write 64KiB or more, or 0 for none')
}

/** Which records are kept, and which wait for their chain to fail. */
export const keepSettings: {
  rules: Setting<readonly WrittenRule[]>
  storm: Setting<StormOptions | false | undefined>
  maxPerSecond: Setting<number | undefined>
  holdBytes: Setting<number>
  hold: Setting<number>
  traceRecords: Setting<number>
  traceBytes: Setting<number>
  releaseLevel: Setting<SeverityBand>
  slow: Setting<number | undefined>
  releasesPerSecond: Setting<number>
  randomness: Setting<RandomnessSource>
  key: Setting<string | undefined>
  bus: Setting<string | false | undefined>
} = {
  rules: {
    env: 'CLEW_KEEP',
    yaml: 'keep.rules',
    parse: parseKeepRules,
    default: [],
    shown: 'all',
    about:
      'Which share of log records is kept, whole traces at a time; the first rule that fits decides. `1%` is for INFO and below; else `level@module=share`, with `<=` or `>=` before the level. A list of maps in clew.yaml.',
  },
  storm: optional<StormOptions | false>({
    env: 'CLEW_KEEP_STORM',
    yaml: 'keep.storm',
    parse: parseOrOff(parseStorm),
    shown: 'off',
    about:
      'Of records with one template and level, so many of a second and then every so-manieth: `100/100`. A later record stands for those left out.',
  }),
  maxPerSecond: optional<number>({
    env: 'CLEW_KEEP_MAX_PER_SECOND',
    yaml: 'keep.maxPerSecond',
    parse: parsePositive(parseCount()),
    shown: 'any number',
    about: 'Records that each module may send in a second, and as many of ERROR and above.',
  }),
  holdBytes: setting({
    env: 'CLEW_HOLD_BYTES',
    yaml: 'keep.holdBytes',
    parse: parseHoldBytes,
    default: defaultHoldBytes,
    shown: `${defaultHoldBytes / 2 ** 20}MiB`,
    about:
      'Memory for records that are not kept and wait for their chain to fail, taken with the first of them; 0 for none.',
  }),
  hold: setting({
    env: 'CLEW_HOLD',
    yaml: 'keep.hold',
    parse: parseDuration,
    default: 30_000,
    shown: '30s',
    about: 'How long they wait.',
  }),
  traceRecords: setting({
    env: 'CLEW_HOLD_TRACE_RECORDS',
    yaml: 'keep.traceRecords',
    parse: parsePositive(parseCount()),
    default: 5_000,
    about:
      'Records and spans of one chain that wait: the last ones. Of a chain with more the first are gone, and it says so.',
  }),
  traceBytes: setting({
    env: 'CLEW_HOLD_TRACE_BYTES',
    yaml: 'keep.traceBytes',
    parse: parsePositive(parseBytes),
    default: 2 ** 20,
    shown: '1MiB',
    about: 'Memory for those of one chain.',
  }),
  releaseLevel: setting<SeverityBand>({
    env: 'CLEW_KEEP_FROM',
    yaml: 'keep.from',
    parse: parseChoice(severityBands),
    default: 'error',
    about: 'A record of this level or above releases what its chain holds.',
  }),
  slow: optional<number>({
    env: 'CLEW_KEEP_SLOW',
    yaml: 'keep.slow',
    parse: parseDuration,
    shown: 'none',
    about: 'A request or a job that takes longer releases what its chain holds, as one that fails does.',
  }),
  releasesPerSecond: setting({
    env: 'CLEW_KEEP_RELEASES',
    yaml: 'keep.releases',
    parse: parsePositive(parseCount()),
    default: 50,
    about: 'Chains that this process may release in a second, with five times as many at once.',
  }),
  randomness: setting<RandomnessSource>({
    env: 'CLEW_KEEP_RANDOMNESS',
    yaml: 'keep.randomness',
    parse: parseChoice(['trace-id', 'hash']),
    default: 'trace-id',
    about:
      'By what traces are chosen, spans and records alike: the last 14 digits of the trace id, or a hash of all of it, for callers whose ids are not random there. The same in all services; read at the start.',
  }),
  key: optional<string>({
    env: 'CLEW_KEEP_KEY',
    yaml: 'keep.key',
    parse: parseText,
    about:
      'A secret of all services, by which they believe one another over HTTP that a chain is to be kept, without the cap on what anybody may ask.',
  }),
  bus: optional<string | false>({
    env: 'CLEW_BUS',
    yaml: 'keep.bus',
    parse: parseOrOff(parseBus),
    about:
      'A Redis over which all processes tell one another which chains are kept, also those whose part has ended: `redis://host:6379`, or `on` for the Redis of REDIS_URL.',
  }),
}
