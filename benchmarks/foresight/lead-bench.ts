// [--seeds 1,2] [--services 20] [--days 7] [--alone] [--show]: who tells of faults before they come, in worlds of these seeds.
import { parseArgs } from 'node:util'
import { createDetector, type Detector } from '../../packages/alert/src/detect/detector.ts'
import type { Warning } from '../../packages/alert/src/detect/warning.ts'
import { generate, type ServiceMinute, startMs } from './generate.ts'
import { deviationsOfLastHour, elastAlertFrequency, elastAlertSpike, staticThreshold } from './rivals.ts'
import { type Score, score, type Told } from './score.ts'
import { archetypes, createWorld, minutesPerDay, type World } from './world.ts'

/** What a world comes to, by system, and how a detector that is saved and loaded each noon differs. */
export type LeadSample = {
  seed: number
  scores: [name: string, score: Score][]
  /** Of the warnings that a chat gets, by the `sure` that a rule has if it says none. */
  chat: Score
  /** How often that was, how many warnings there were, and minutes in which it did not tell the same, byte for byte. */
  restarted: { times: number; warnings: number; otherMinutes: number }
  microsPerRecord: number
  note: string
}

/** Our detector beside one that does not outlive noon. */
function createOurs() {
  const detector = createDetector()
  let restarted = createDetector()
  const told: Told[] = []
  const differs = { times: 0, warnings: 0, otherMinutes: 0 }
  let micros = 0
  let records = 0
  const watch = (on: Detector, { minute, services }: AllMinute): Warning[] => {
    for (const seen of services) {
      for (const record of seen.records) on.observe(record)
      for (const span of seen.spans) on.observeSpan(span)
    }
    return on.tick(startMs + (minute + 1) * 60_000)
  }
  return {
    told,
    /** Many minutes at once: asking for the CPU of a process may cost as much as hundreds of records. */
    take(minutes: readonly AllMinute[]): void {
      const began = process.cpuUsage()
      const warned = minutes.map((one) => watch(detector, one))
      const { user, system } = process.cpuUsage(began)
      micros += user + system
      for (const [at, one] of minutes.entries()) {
        for (const seen of one.services) records += seen.records.length + seen.spans.length
        told.push(...warned[at]!.map((warning) => toldOf(warning, one.minute + 1)))
        differs.warnings += warned[at]!.length
        if (JSON.stringify(watch(restarted, one)) !== JSON.stringify(warned[at])) differs.otherMinutes++
        if (one.minute % minutesPerDay !== 719) continue
        restarted = createDetector({}, restarted.save())
        differs.times++
      }
    },
    restarted: () => differs,
    microsPerRecord: () => micros / records,
    describe: () =>
      `${records} records and spans, ${(micros / records).toFixed(2)} µs of CPU each, ${detector.stats().series} series`,
  }
}

/** How sure a warning must be for a chat, where its rule says nothing else. */
const sureOfRules = 0.7

/** What is measured together is still in the caches of the CPU, as a record is that was just read. */
const minutesAtOnce = 10

/** What all services wrote in a minute. */
type AllMinute = { minute: number; services: ServiceMinute[] }

const toldOf = ({ services, text, id, sure }: Warning, minute: number): Told => ({
  ...{ minute, id, sure },
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
  let open: AllMinute[] = []
  for (const { minute, service, ...seen } of generate(world)) {
    if (minute !== open.at(-1)?.minute) {
      if (open.length === minutesAtOnce) {
        ours.take(open)
        open = []
      }
      open.push({ minute, services: [] })
    }
    open.at(-1)!.services.push(seen)
    for (const { name, take } of rivals)
      if (take(service, minute, seen))
        told.get(name)!.push({ minute: minute + 1, services: [service], text: '' })
  }
  ours.take(open)
  return {
    seed: world.seed,
    scores: [...told].map(([name, list]): [string, Score] => [name, score(world, list)]),
    chat: score(
      world,
      ours.told.filter(({ sure }) => sure! >= sureOfRules),
    ),
    restarted: ours.restarted(),
    microsPerRecord: ours.microsPerRecord(),
    note: ours.describe(),
  }
}

function print({ seed, scores, chat, restarted, note }: LeadSample, isDetailed: boolean): void {
  console.log(
    `seed ${seed}: ${note}; ${restarted.otherMinutes === 0 ? 'the same' : `OTHERWISE in ${restarted.otherMinutes} minutes`} when restarted at ${restarted.times} noons`,
  )
  for (const [name, { faults, recall, medianLeadMinutes, falsePerServiceDay, precision, falseOfDeploys }] of [
    ...scores,
    ['in a chat', chat] as const,
  ])
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
