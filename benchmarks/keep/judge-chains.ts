import { type Failure, failureOf, type Orders } from './orders.ts'

/** A log record as it came. */
export type Arrived = { readonly severity: number; readonly text: string; readonly traceId: string }

/** What came of the orders. */
export type Verdict = {
  readonly failed: number
  /** Of those that failed, the ones with every line of every process. */
  readonly whole: number
  /** Of those that failed, the ones of which a part came, and of which nothing but the lines of the failure, as is right for a chain whose release was refused. */
  readonly parts: number
  readonly nothing: number
  /** Orders that did not fail, of which a part came. */
  readonly partsOfOthers: number
  /** Lines that came more than once, and lines with the trace id of another order. */
  readonly twice: number
  readonly strayed: number
  /** Lines that came of these orders, each once, and those that were written. */
  readonly lines: number
  readonly written: number
  /** Some orders that are not whole, those of which a part came before others: where they failed, and what came of each process. */
  readonly examples: readonly string[]
}

const services = ['api', 'work', 'second'] as const
type Service = (typeof services)[number]
const linesEach = 12
const errorSeverity = 17
const mostExamples = 5

/** `steps`: a bit for each line. */
type Chain = {
  readonly traceId: string
  readonly steps: Record<Service, number>
  readonly errors: Set<string>
  lines: number
}

/** Looks at each order once: is its chain whole, did a part come, or nothing. */
export function judgeChains(orders: Orders, arrived: Iterable<Arrived>): Verdict {
  const { chains, twice, strayed } = gatherChains(orders, arrived)
  const counts = { failed: 0, whole: 0, parts: 0, nothing: 0, partsOfOthers: 0, lines: 0, written: 0 }
  const parts: string[] = []
  const nothings: string[] = []
  for (let order = orders.first; order < orders.end; order++) {
    const [chain, failure] = [chains.get(order), failureOf(order, orders)]
    counts.lines += chain?.lines ?? 0
    counts.written += linesWritten(failure)
    const isWhole = chain !== undefined && chain.lines === linesWritten(failure)
    if (failure !== undefined) counts.failed++
    if (failure === undefined && chain !== undefined && !isWhole) {
      counts.partsOfOthers++
      parts.push(`order ${order}, which did not fail: ${describeSteps(chain)}`)
    }
    if (failure === undefined || isWhole) {
      if (failure !== undefined) counts.whole++
      continue
    }
    const isNothing = chain === undefined || chain.lines === chain.errors.size
    counts[isNothing ? 'nothing' : 'parts']++
    const list = isNothing ? nothings : parts
    list.push(`order ${order}, ${failure.at} after ${failure.lateMs} ms: ${describeSteps(chain)}`)
  }
  return { ...counts, twice, strayed, examples: [...parts, ...nothings].slice(0, mostExamples) }
}

/** An order that fails early in the worker never asks the second service. */
function linesWritten(failure: Failure | undefined): number {
  if (failure === undefined) return services.length * linesEach
  if (failure.at === 'work early') return 2 * linesEach + 1
  return services.length * linesEach + (failure.at === 'second' ? 2 : 1)
}

/** By the order that a line names; the trace is that of the first line. */
function gatherChains(
  { first, end }: Orders,
  arrived: Iterable<Arrived>,
): { chains: Map<number, Chain>; twice: number; strayed: number } {
  const chains = new Map<number, Chain>()
  let [twice, strayed] = [0, 0]
  for (const { severity, text, traceId } of arrived) {
    const [, service, number, step] = /^(\w+): order (\d+)(?:, step (\d+))?/.exec(text) ?? []
    const order = Number(number)
    if (service === undefined || order < first || order >= end) continue
    const chain: Chain = chains.get(order) ?? newChain(traceId)
    chains.set(order, chain)
    if (chain.traceId !== traceId) strayed++
    const isNew = severity >= errorSeverity ? isNewError(chain, service) : isNewStep(chain, service, step)
    if (isNew) chain.lines++
    else twice++
  }
  return { chains, twice, strayed }
}

function newChain(traceId: string): Chain {
  return { traceId, steps: { api: 0, work: 0, second: 0 }, errors: new Set(), lines: 0 }
}

function isNewError({ errors }: Chain, service: string): boolean {
  const isNew = !errors.has(service)
  errors.add(service)
  return isNew
}

function isNewStep({ steps }: Chain, service: string, step: string | undefined): boolean {
  const bit = 1 << Number(step)
  const isNew = (steps[service as Service] & bit) === 0
  steps[service as Service] |= bit
  return isNew
}

function describeSteps(chain: Chain | undefined): string {
  if (chain === undefined) return 'nothing came'
  const counts = services.map((service) => `${service} ${bitsOf(chain.steps[service])}`)
  return `${counts.join(', ')} of ${linesEach} lines, errors of ${[...chain.errors].join(', ') || 'none'}`
}

function bitsOf(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length
}
