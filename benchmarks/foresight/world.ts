import { createRandom, type Random } from './random.ts'

/** Faults that announce themselves, and a release, which is none. */
export const archetypes = [
  'new-warning',
  'pool-exhaustion',
  'retry-storm',
  'slow-drift',
  'heartbeat-loss',
  'mix-shift',
  'shared-fault',
] as const
export type Archetype = (typeof archetypes)[number]

/** Something that happens to a service. Minutes of the run. */
export type Episode = {
  kind: Archetype | 'deploy'
  service: number
  /** Of a fault that the calling service shows too: that service. */
  caller?: number
  /** When it begins to show, and when the service fails; of a deploy when it is over. */
  beginMinute: number
  failMinute: number
  endMinute: number
  /** By which power of time it grows, and how strong it becomes. */
  power: number
  strength: number
  /** Whether a deploy says its version. */
  isNamed: boolean
}

export type Kind = {
  id: string
  text: string
  severityNumber: number
  share: number
  field: string
  typical: number
}

/** What a service is like. */
export type ServiceModel = {
  name: string
  perMinute: number
  dayAmplitude: number
  dayPhase: number
  weekend: number
  kinds: Kind[]
  instances: number
  heartbeatSeconds: number
  durationMs: number
  hasQueue: boolean
  sampleWeight: number
  /** The service that calls it, and whose traces most of its records have. */
  caller: number | undefined
  /** Of a job each night: minute of the day, length, lines a minute; length 0 where there is none. */
  batch: { atMinute: number; minutes: number; perMinute: number }
  bursts: { atMinute: number; minutes: number; height: number }[]
  blips: { atMinute: number; lines: number; isNew: boolean }[]
}

/** All that happens in a run. */
export type World = { seed: number; days: number; services: ServiceModel[]; episodes: Episode[] }

export const minutesPerDay = 1440

/** Services, a week of what they do, and what goes wrong with them from the second day on. */
export function createWorld(seed: number, services = 20, days = 7): World {
  const random = createRandom(seed * 7919 + 17)
  const models = Array.from({ length: services }, (_, index) => createService(random, index, days))
  const episodes = models.flatMap((_, index) => createEpisodes(random, index, days))
  link(createRandom(seed * 15_487 + 3), models, episodes, days)
  return { seed, days, services: models, episodes }
}

const verbs = [
  'loaded',
  'stored',
  'sent',
  'read',
  'priced',
  'checked',
  'matched',
  'sorted',
  'merged',
  'signed',
]
const nouns = ['order', 'cart', 'user', 'invoice', 'item', 'quote', 'label', 'page', 'event', 'coupon']

function createService(random: Random, index: number, days: number): ServiceModel {
  const kinds = Array.from({ length: 6 + Math.floor(random.next() * 7) }, (_, at): Kind => {
    const hasField = at < 3
    return {
      id: `i${at}`,
      text: `${verbs[at % 10]} ${random.pick(nouns)} <*>`,
      severityNumber: at % 5 === 4 ? 5 : 9,
      share: random.between(0.6, 1.4) / (at + 1),
      field: hasField ? 'duration_ms' : '',
      typical: random.between(5, 300),
    }
  })
  const sum = kinds.reduce((total, { share }) => total + share, 0)
  for (const kind of kinds) kind.share = (kind.share / sum) * 0.78
  const rare = (id: string, text: string, severityNumber: number, least: number, most: number): Kind => ({
    ...{ id, text, severityNumber, share: random.between(least, most), field: '', typical: 0 },
  })
  kinds.push(
    { ...rare('hit', 'cache hit <*>', 9, 0.12, 0.16) },
    { ...rare('miss', 'cache miss <*>', 9, 0.01, 0.04) },
    rare('retry', 'retrying call of <*>, attempt <*>', 13, 0.002, 0.01),
    rare('slow', 'acquiring a connection took <*> ms', 13, 0.001, 0.008),
    rare('limit', 'rate of client <*> limited', 13, 0.002, 0.01),
    rare('timeout', 'request of <*> timed out', 17, 0.0005, 0.003),
    rare('refused', 'connection to <*> refused', 17, 0.0002, 0.002),
  )
  return {
    name: `service-${index}`,
    perMinute: 15 * 10 ** random.between(0, 0.9),
    dayAmplitude: random.between(0.25, 0.9),
    dayPhase: random.between(0, minutesPerDay),
    weekend: random.between(0.4, 1),
    kinds,
    instances: 1 + Math.floor(random.next() * 3),
    heartbeatSeconds: random.pick([10, 15, 30, 60]),
    durationMs: random.between(10, 300),
    hasQueue: random.next() < 0.5,
    sampleWeight: random.next() < 0.25 ? 10 : 1,
    caller: undefined,
    batch: {
      atMinute: Math.floor(random.between(0, minutesPerDay)),
      minutes: random.next() < 0.5 ? Math.floor(random.between(15, 45)) : 0,
      perMinute: random.between(5, 25),
    },
    bursts: happenings(random, days, 0.2, (atMinute) => ({
      atMinute,
      minutes: Math.floor(random.between(10, 30)),
      height: random.between(1.4, 2.5),
    })),
    blips: happenings(random, days, 0.6, (atMinute) => ({
      atMinute,
      lines: 1 + Math.floor(random.next() * 4),
      isNew: random.next() < 0.5,
    })),
  }
}

function happenings<T>(random: Random, days: number, perDay: number, make: (atMinute: number) => T): T[] {
  const count = random.poisson(days * perDay)
  return Array.from({ length: count }, () => make(Math.floor(random.between(0, days * minutesPerDay))))
}

const ofOne = archetypes.filter((name) => name !== 'shared-fault')
const quietMinutes = 240

/** Of half of the services one calls the other, and in some of these pairs a fault of the called shows in both. */
function link(random: Random, models: ServiceModel[], episodes: Episode[], days: number): void {
  for (let service = 1; service < models.length / 2; service += 2) {
    const caller = service - 1
    models[service]!.caller = caller
    const beginMinute = Math.floor(random.between(1.25 * minutesPerDay, days * minutesPerDay - quietMinutes))
    const failMinute = beginMinute + Math.round(random.between(18, 45))
    const isFar = episodes
      .filter((other) => other.service === service || other.service === caller)
      .every(
        ({ beginMinute: b, endMinute: e }) => beginMinute > e + quietMinutes || failMinute + quietMinutes < b,
      )
    const [power, strength] = [random.between(0.8, 2), random.between(0.7, 1.4)]
    const endMinute = failMinute + 10
    if (isFar)
      episodes.push({
        ...{ kind: 'shared-fault', service, caller, beginMinute, failMinute, endMinute },
        ...{ power, strength, isNamed: false },
      })
  }
}

/** Two faults and two deploys of a service in a week, four hours apart at least. */
function createEpisodes(random: Random, service: number, days: number): Episode[] {
  const episodes: Episode[] = []
  const wanted = Math.max(1, Math.round((days - 1) / 3))
  for (let tries = 0; episodes.length < 2 * wanted && tries < 200; tries++) {
    const beginMinute = Math.floor(random.between(1.25 * minutesPerDay, days * minutesPerDay - quietMinutes))
    const isFar = episodes.every(
      ({ beginMinute: other, endMinute }) =>
        beginMinute > endMinute + quietMinutes || beginMinute + quietMinutes < other,
    )
    if (!isFar) continue
    const kind = episodes.length < wanted ? random.pick(ofOne) : 'deploy'
    const lasting =
      kind === 'deploy' ? 10 : kind === 'slow-drift' ? random.between(30, 80) : random.between(14, 45)
    const failMinute = beginMinute + Math.round(lasting)
    const endMinute = failMinute + (kind === 'deploy' ? 0 : Math.floor(random.between(5, 15)))
    const [power, strength] = [random.between(0.8, 2), random.between(0.6, 1.4)]
    const isNamed = random.next() < 0.5
    episodes.push({ kind, service, beginMinute, failMinute, endMinute, power, strength, isNamed })
  }
  return episodes
}
