import type { SeenRecord, SeenSpan } from '../../packages/alert/src/detect/warning.ts'
import { createRandom, type Random } from './random.ts'
import { type Episode, type Kind, minutesPerDay, type ServiceModel, type World } from './world.ts'

/** What a service wrote in a minute, by time. */
export type ServiceMinute = { records: SeenRecord[]; spans: SeenSpan[] }

/** A Monday, 00:00 UTC. */
export const startMs: number = Date.UTC(2026, 0, 5)

type Running = {
  model: ServiceModel
  index: number
  random: Random
  /** What wanders slowly: the rate, the heap. */
  drift: number
  heap: number
  releases: number
  releasedMinute: number
  version: string
  nextTrace: number
  /** Of this minute, of the service that calls it. */
  traceIds: readonly string[]
}

/** A minute: how far each thing is pushed from where it usually is. */
type Push = {
  rate: number
  latency: number
  wait: number
  attempts: number
  pool: number
  heap: number
  heartbeat: number
  miss: number
  extra: Map<string, number>
  errorShare: number
}

/** All minutes of a world, in order, each service's after the other's. */
export function* generate(world: World): Generator<{ minute: number; service: number } & ServiceMinute> {
  const running = world.services.map((model, index): Running => {
    const random = createRandom(world.seed * 104_729 + index * 31 + 5)
    return {
      model,
      index,
      random,
      drift: 0,
      heap: 300,
      releases: 0,
      releasedMinute: -1,
      version: '1',
      nextTrace: 1,
      traceIds: [],
    }
  })
  for (let minute = 0; minute < world.days * minutesPerDay; minute++)
    for (const one of running) {
      const episode = world.episodes.find(
        ({ service, caller, beginMinute, endMinute }) =>
          (service === one.index || caller === one.index) && minute >= beginMinute && minute <= endMinute,
      )
      const made = minuteOf(one, minute, episode)
      const called = running.find(({ model }) => model.caller === one.index)
      if (called) called.traceIds = made.records.map(({ traceId }) => traceId)
      yield { minute, service: one.index, ...made }
    }
}

/** Three quarters of what a called service does is of traces of the caller. */
function nextTraceId(one: Running): string {
  const number = one.nextTrace++
  if (one.traceIds.length > 0 && number % 4 > 0) return one.traceIds[number % one.traceIds.length]!
  idBytes.writeUIntBE(one.index * 1e9 + number, 10, 6)
  return idBytes.toString('hex')
}

/** An id in one piece, as a receiver reads it: V8 puts a text that was added up together when it is first read, which were our detectors' loss. */
const idBytes = Buffer.alloc(16)

function minuteOf(one: Running, minute: number, episode: Episode | undefined): ServiceMinute {
  const { model, random } = one
  if (episode?.kind === 'deploy' && minute === episode.beginMinute) release(one, minute, episode.isNamed)
  const push = pushOf(one, minute, episode)
  const rate = model.perMinute * seasonOf(model, minute) * push.rate
  const made: ServiceMinute = { records: [], spans: [] }
  const emit = (kind: Kind, count: number, value?: number, push = 1): void => {
    for (let i = 0; i < count; i++) made.records.push(recordOf(one, minute, kind, value, push))
  }
  for (const kind of kindsOf(one)) {
    const factor = (kind.id === 'hit' ? 1 - push.miss : 1) * (push.extra.get(kind.id) ?? 1)
    const weight = weightOf(model, kind)
    emit(kind, random.poisson((rate * kind.share * factor) / weight), undefined, push.latency)
  }
  const miss = model.kinds.find(({ id }) => id === 'miss')!
  const hit = model.kinds.find(({ id }) => id === 'hit')!
  emit(miss, random.poisson((rate * hit.share * push.miss) / weightOf(model, miss)))
  for (const [id, perMinute] of push.extra) {
    if (id.startsWith('+')) continue
    emit(
      { id, text: `degraded: ${id} <*>`, severityNumber: 13, share: 0, field: '', typical: 0 },
      random.poisson(perMinute),
    )
  }
  for (const id of ['retry', 'slow'] as const) {
    const added = push.extra.get(`+${id}`) ?? 0
    if (added > 0) emit(model.kinds.find((kind) => kind.id === id)!, random.poisson(added))
  }
  regular(one, minute, push, emit)
  errors(one, rate, push, emit)
  spansOf(one, minute, rate, push, made.spans)
  made.records.sort((a, b) => a.unixMs - b.unixMs)
  made.spans.sort((a, b) => a.unixMs - b.unixMs)
  return made
}

function release(one: Running, minute: number, isNamed: boolean): void {
  one.releases++
  one.releasedMinute = minute
  if (isNamed) one.version = String(1 + one.releases)
}

/** By the day, the weekend and what wanders. */
function seasonOf(model: ServiceModel, minute: number): number {
  const day = Math.floor(minute / minutesPerDay) % 7
  const wave = Math.sin((2 * Math.PI * (minute - model.dayPhase)) / minutesPerDay)
  return Math.exp(model.dayAmplitude * wave) * (day >= 5 ? model.weekend : 1)
}

function pushOf(one: Running, minute: number, episode: Episode | undefined): Push {
  const { model, random } = one
  one.drift = 0.97 * one.drift + 0.02 * random.normal()
  const push: Push = {
    rate: Math.exp(one.drift + 0.03 * random.normal()),
    ...{ latency: 1, wait: 1, attempts: 0.02, pool: 1, heap: 1, heartbeat: 1, miss: 0, errorShare: 0 },
    extra: new Map(),
  }
  for (const { atMinute, minutes, height } of model.bursts) {
    if (minute < atMinute || minute >= atMinute + minutes) continue
    const edge = Math.min(1, (minute - atMinute + 1) / 4, (atMinute + minutes - minute) / 4)
    push.rate *= 1 + (height - 1) * edge
    push.latency *= 1 + 0.1 * (height - 1) * edge
  }
  if (episode && episode.kind !== 'deploy') pushFault(push, model, minute, episode)
  return push
}

/** How far a fault has come, from 0 to 1, and what it does. */
function pushFault(push: Push, model: ServiceModel, minute: number, episode: Episode): void {
  const { kind, beginMinute, failMinute, power, strength } = episode
  const far = Math.min(1, (minute - beginMinute + 1) / (failMinute - beginMinute)) ** power
  const scale = Math.max(1, model.perMinute / 40)
  if (minute >= failMinute) push.errorShare = 0.08 + 0.2 * strength
  else if (minute >= failMinute - 3) push.errorShare = 0.01 * (minute - failMinute + 4)
  switch (kind) {
    case 'new-warning':
      push.extra.set(`w${beginMinute}`, 0.3 + 8 * far * strength * scale)
      break
    case 'pool-exhaustion':
      push.pool = 1 + 20 * far * strength
      push.latency *= 1 + 1.2 * far * strength
      push.extra.set('+slow', 3 * far * strength * scale)
      break
    case 'retry-storm':
      push.attempts += 0.5 * far * strength
      push.wait = 1 + 2 * far * strength
      push.rate *= 1 + 0.3 * far * strength
      push.extra.set('+retry', 12 * far * strength * scale)
      break
    case 'slow-drift':
      push.heap = 1 + 0.9 * far * strength
      break
    case 'heartbeat-loss':
      push.heartbeat = far > 0.3 ? 0 : strength > 1 ? 0 : 0.5
      break
    case 'mix-shift':
      push.miss = Math.min(0.9, 0.75 * far * strength)
      break
    case 'shared-fault':
      push.latency *= 1 + 1.2 * far * strength
      if (model.caller === episode.caller) push.pool = 1 + 20 * far * strength
      push.extra.set(model.caller === episode.caller ? '+slow' : '+retry', 6 * far * strength * scale)
  }
}

/** After a release some kinds of lines read otherwise. */
function kindsOf({ model, releases }: Running): Kind[] {
  if (releases === 0) return model.kinds
  return model.kinds.map((kind, at) =>
    at % 4 === releases % 4 && kind.id.startsWith('i')
      ? { ...kind, id: `${kind.id}r${releases}`, text: `${kind.text} for <*>`, typical: kind.typical * 1.1 }
      : kind,
  )
}

const isSampled = ({ severityNumber }: Kind): boolean => severityNumber < 13
const weightOf = (model: ServiceModel, kind: Kind): number => (isSampled(kind) ? model.sampleWeight : 1)

type Emit = (kind: Kind, count: number, value?: number, push?: number) => void

const plain = (id: string, text: string, severityNumber = 9, field = ''): Kind => ({
  ...{ id, text, severityNumber, share: 0, field, typical: 0 },
})

/** What comes by a clock or by chance and is no fault: heartbeats, gauges, the job at night, lines that come once. */
function regular(one: Running, minute: number, push: Push, emit: Emit): void {
  const { model, random } = one
  const beats = (model.instances * 60) / model.heartbeatSeconds
  const isStarting = one.releasedMinute >= 0 && minute - one.releasedMinute < 2
  const alive = push.heartbeat === 0.5 ? Math.ceil(beats / 2) : beats * push.heartbeat
  if (!isStarting) emit(plain('beat', 'alive', 9), Math.round(alive))
  one.heap = Math.max(150, Math.min(600, one.heap + 4 * random.normal() + 0.02 * (300 - one.heap)))
  for (let i = 0; i < model.instances; i++) {
    emit(
      plain('heap', 'heap_used_mb <*>', 9, 'heap_used_mb'),
      1,
      one.heap * push.heap * random.between(0.95, 1.05),
    )
    emit(plain('pool', 'pool waiting <*>', 9, 'pool_waiting'), 1, random.poisson(0.8 * push.pool))
  }
  const { batch } = model
  const intoBatch = (minute - batch.atMinute + minutesPerDay) % minutesPerDay
  if (intoBatch < batch.minutes) {
    emit(plain('batch', 'exported row <*>'), random.poisson(batch.perMinute))
    emit(plain('skip', 'skipped row <*>', 13), random.poisson(batch.perMinute * 0.1))
  }
  for (const { atMinute, lines, isNew } of model.blips)
    if (atMinute === minute)
      emit(isNew ? plain(`once${atMinute}`, `odd thing ${atMinute} <*>`, 13) : model.kinds.at(-1)!, lines)
  if (isStarting) {
    emit(plain('start', 'listening on <*>'), 1)
    if (one.releasedMinute === minute)
      emit(plain(`deprecated${one.releases}`, `option <*> is deprecated`, 13), model.instances)
  }
}

function errors({ model, random }: Running, rate: number, { errorShare }: Push, emit: Emit): void {
  if (errorShare === 0) return
  emit(
    model.kinds.find(({ id }) => id === 'timeout')!,
    random.poisson((rate * errorShare) / (1 - errorShare)),
  )
}

function recordOf(
  one: Running,
  minute: number,
  kind: Kind,
  value: number | undefined,
  push: number,
): SeenRecord {
  const { model, random } = one
  const own = kind.field === '' ? undefined : (value ?? kind.typical * push * Math.exp(0.6 * random.normal()))
  return {
    unixMs: startMs + minute * 60_000 + Math.floor(random.next() * 60_000),
    service: model.name,
    version: one.version,
    severityNumber: kind.severityNumber,
    templateId: kind.id,
    template: kind.text,
    text: kind.text.replaceAll('<*>', String(Math.floor(random.next() * 1000))),
    traceId: nextTraceId(one),
    spanId: '',
    weight: kind.share > 0 ? weightOf(model, kind) : 1,
    attributes: own === undefined ? {} : { [kind.field]: own },
  }
}

function spansOf(one: Running, minute: number, rate: number, push: Push, spans: SeenSpan[]): void {
  const { model, random } = one
  const at = (): number => startMs + minute * 60_000 + Math.floor(random.next() * 60_000)
  const base = { service: model.name, isError: false, spanId: '', weight: 1 }
  for (let i = random.poisson(rate * 0.15); i > 0; i--) {
    const durationMs = model.durationMs * push.latency * Math.exp(0.5 * random.normal())
    spans.push({ ...base, unixMs: at(), name: 'GET /things', durationMs, traceId: nextTraceId(one) })
  }
  if (!model.hasQueue) return
  for (let i = random.poisson(rate * 0.08); i > 0; i--) {
    const durationMs = model.durationMs * 2 * Math.exp(0.5 * random.normal())
    const waitMs = 40 * push.wait * Math.exp(0.7 * random.normal())
    const attempt = random.next() < push.attempts ? 2 : 1
    spans.push({
      ...base,
      unixMs: at(),
      name: 'process mail',
      durationMs,
      traceId: nextTraceId(one),
      queue: 'mail',
      waitMs,
      attempt,
    })
  }
}
