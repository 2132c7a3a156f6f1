// [--seeds 1,2] [--services 20] [--days 7] [--alone] [--show]: who tells of faults before they come, in worlds of these seeds.
import { parseArgs } from 'node:util'
import { createDetector, type Detector } from '../../packages/alert/src/detect/detector.ts'
import type { Warning } from '../../packages/alert/src/detect/warning.ts'
import { generate, type ServiceMinute, startMs } from './generate.ts'
import { deviationsOfLastHour, elastAlertFrequency, elastAlertSpike, staticThreshold } from './rivals.ts'
import { type Score, score, type Told } from './score.ts'
import { archetypes, createWorld, minutesPerDay, type World } from './world.ts'

/** What a world comes to, by system, and whether a detector that is saved and loaded each noon told the same. */
export type LeadSample = {
  seed: number
  scores: [name: string, score: Score][]
  isSameAfterRestart: boolean
  microsPerRecord: number
  note: string
}

/** Our detector beside one that does not outlive noon. */
function createOurs() {
  const detector = createDetector()
  let restarted = createDetector()
  const told: Told[] = []
  let isSame = true
  let observeMicros = 0
  let tickMicros = 0
  let records = 0
  const observe = (to: Detector, seen: ServiceMinute): void => {
    for (const record of seen.records) to.observe(record)
    for (const span of seen.spans) to.observeSpan(span)
  }
  return {
    told,
    tick(minute: number): void {
      const began = process.cpuUsage()
      const warnings = detector.tick(startMs + minute * 60_000)
      tickMicros += microsSince(began)
      told.push(...warnings.map((warning) => toldOf(warning, minute)))
      isSame &&= JSON.stringify(restarted.tick(startMs + minute * 60_000)) === JSON.stringify(warnings)
      if (minute % minutesPerDay === 720) restarted = createDetector({}, restarted.save())
    },
    /** All of a minute at once: asking for the CPU costs as much as twenty records. */
    take(minute: readonly ServiceMinute[]): void {
      const began = process.cpuUsage()
      for (const seen of minute) observe(detector, seen)
      observeMicros += microsSince(began)
      for (const seen of minute) {
        records += seen.records.length + seen.spans.length
        observe(restarted, seen)
      }
    },
    isSame: () => isSame,
    microsPerRecord: () => (observeMicros + tickMicros) / records,
    describe(): string {
      const each = (micros: number): string => (micros / records).toFixed(2)
      const { series } = detector.stats()
      return `${records} records and spans, ${each(observeMicros)} µs of CPU each and ${each(tickMicros)} µs of the minutes, ${series} series`
    },
  }
}

function microsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began)
  return user + system
}

const toldOf = ({ services, text }: Warning, minute: number): Told => ({
  minute,
  services: services.map((name) => Number(name.split('-')[1])),
  text,
})

function run(world: World, isAlone: boolean): LeadSample {
  const rivals = isAlone
    ? []
    : [staticThreshold(), elastAlertFrequency(), elastAlertSpike(), deviationsOfLastHour()]
  const ours = createOurs()
  const told = new Map<string, Told[]>([
    ['clew', ours.told],
    ...rivals.map(({ name }): [string, Told[]] => [name, []]),
  ])
  let closed = 0
  let open: ServiceMinute[] = []
  const closeMinute = (minute: number): void => {
    ours.take(open)
    open = []
    ours.tick(minute)
    closed = minute
  }
  for (const { minute, service, ...seen } of generate(world)) {
    if (minute > closed) closeMinute(minute)
    open.push(seen)
    for (const { name, take } of rivals)
      if (take(service, minute, seen))
        told.get(name)!.push({ minute: minute + 1, services: [service], text: '' })
  }
  closeMinute(world.days * minutesPerDay)
  return {
    seed: world.seed,
    scores: [...told].map(([name, list]): [string, Score] => [name, score(world, list)]),
    isSameAfterRestart: ours.isSame(),
    microsPerRecord: ours.microsPerRecord(),
    note: ours.describe(),
  }
}

function print({ seed, scores, isSameAfterRestart, note }: LeadSample, isDetailed: boolean): void {
  console.log(
    `seed ${seed}: ${note}; ${isSameAfterRestart ? 'the same' : 'NOT THE SAME'} when restarted each noon`,
  )
  for (const [
    name,
    { faults, recall, medianLeadMinutes, falsePerServiceDay, precision, falseOfDeploys },
  ] of scores)
    console.log(
      `  ${name.padEnd(22)} recall ${recall.toFixed(2)} of ${faults}, lead ${medianLeadMinutes.toFixed(1)} min, false ${falsePerServiceDay.toFixed(3)} a service and day (${falseOfDeploys} of deploys), precision ${precision.toFixed(2)}`,
    )
  const { byArchetype, shared, missed, falseTold } = scores[0]![1]
  for (const name of archetypes) console.log(`    ${name}: ${JSON.stringify(byArchetype[name])}`)
  console.log(`    faults of two services told of once: ${shared.once} of ${shared.told}`)
  if (!isDetailed) return
  for (const one of missed) console.log('MISSED', JSON.stringify(one))
  for (const { minute, services, text } of falseTold)
    console.log('FALSE', minute, services.join(), text.split('\n').slice(0, 5).join('\n'))
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    services: { type: 'string', default: '20' },
    days: { type: 'string', default: '7' },
    alone: { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
  },
})
const samples = values.seeds.split(',').map((seed) => {
  const sample = run(createWorld(Number(seed), Number(values.services), Number(values.days)), values.alone)
  if (!process.send) print(sample, values.show)
  return sample
})
process.send?.(samples)
