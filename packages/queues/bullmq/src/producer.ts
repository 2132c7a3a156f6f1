import { activeContext, guard, type Stop, spanContextOf, withoutMark, wrapMethod } from '@clew/core'
import type { Tracer } from '@opentelemetry/api'
import type { KnownJobs } from './known-jobs.ts'
import {
  type BulkJob,
  type BullMQ,
  type FlowNode,
  type FlowOptions,
  type FlowProducer,
  hasOwnTelemetry,
  type Job,
  type JobOptions,
  type JobTree,
  metadataOf,
  owner,
  type Queue,
} from './library.ts'
import { encodeMetadata, mergeMetadata } from './metadata.ts'
import { type Adding, endAdded, endFailed, startAdding } from './own-chain.ts'

/**
 * Sends the context of the caller along with each job, in a copy of its options. Jobs that are added outside of any
 * trace each get one of their own.
 */
export function attachProducer(
  bullmq: BullMQ,
  option: MetadataOption,
  tracer: Tracer,
  known: KnownJobs,
): Stop[] {
  const queue = bullmq.Queue.prototype
  const flowProducer = bullmq.FlowProducer.prototype
  const place = 'adding context to a job'
  return [
    wrapMethod(owner, queue, 'add', (add) => {
      return function (this: Queue, name, data, opts, ...rest) {
        const carry = (): Carried<JobOptions | undefined> =>
          optionsToCarry(opts, this.defaultJobOptions, option, tracer, this.name, name)
        const plain = { carried: opts, addings: [] }
        const { carried, addings } = hasOwnTelemetry(this) ? plain : guard(place, carry, plain)
        const adding = add.call(this, name, data, carried, ...rest)
        return followed(adding, { addings, known, rootsOf: (job) => [job], jobsOf: (job) => [job] })
      }
    }),
    wrapMethod(owner, queue, 'addBulk', (addBulk) => {
      return function (this: Queue, jobs, ...rest) {
        const carry = (): Carried<BulkJob[]> => bulkToAdd(jobs, this, option, tracer)
        const plain = { carried: jobs, addings: [] }
        const { carried, addings } = hasOwnTelemetry(this) ? plain : guard(place, carry, plain)
        const adding = addBulk.call(this, carried, ...rest)
        return followed(adding, { addings, known, rootsOf: (added) => added, jobsOf: (added) => added })
      }
    }),
    wrapMethod(owner, flowProducer, 'add', (add) => {
      return function (this: FlowProducer, flow, opts, ...rest) {
        const carry = (): Carried<FlowNode[]> => flowsToAdd([flow], opts, option, tracer)
        const plain = { carried: [flow], addings: [] }
        const { carried, addings } = hasOwnTelemetry(this) ? plain : guard(place, carry, plain)
        const adding = add.call(this, carried[0] as FlowNode, opts, ...rest)
        return followed(adding, {
          ...{ addings, known, rootsOf: (tree) => [tree?.job] },
          jobsOf: (tree) => (tree ? jobsOf(tree) : []),
        })
      }
    }),
    wrapMethod(owner, flowProducer, 'addBulk', (addBulk) => {
      return function (this: FlowProducer, flows, ...rest) {
        const carry = (): Carried<FlowNode[]> => flowsToAdd(flows, undefined, option, tracer)
        const plain = { carried: flows, addings: [] }
        const { carried, addings } = hasOwnTelemetry(this) ? plain : guard(place, carry, plain)
        const adding = addBulk.call(this, carried, ...rest)
        return followed(adding, {
          ...{ addings, known, rootsOf: (trees) => (trees ?? []).map(({ job }) => job) },
          jobsOf: (trees) => (trees ?? []).flatMap(jobsOf),
        })
      }
    }),
  ]
}

type Following<T> = {
  readonly addings: readonly (Adding | undefined)[]
  readonly known: KnownJobs
  /** The jobs of `addings`, in their order. */
  readonly rootsOf: (added: T) => readonly (Job | undefined)[]
  readonly jobsOf: (added: T) => readonly Job[]
}

/**
 * Settles as `adding` does, one step later, and not at all later where nothing is to be noted. With a second step a worker on the same
 * connection could begin the job before its maker goes on: both have their answers in one read.
 */
function followed<T>(adding: Promise<T>, { addings, known, rootsOf, jobsOf }: Following<T>): Promise<T> {
  const isOwn = addings.some(Boolean)
  const isHeard = known.isListening
  if (!isOwn && !isHeard) return adding
  let remembered: Promise<unknown> | undefined
  const added = adding.then(
    (result) => {
      if (isOwn) guard('ending the span of a job', () => endAdded(addings, rootsOf(result)), undefined)
      if (isHeard) remembered = guard('remembering jobs', () => known.rememberAll(jobsOf(result)), undefined)
      return result
    },
    (error) => {
      endFailed(addings, error)
      throw error
    },
  )
  if (isHeard) known.track(added.then(() => remembered))
  return added
}

/** What is handed to BullMQ, and the spans that were started for it. */
type Carried<T> = { readonly carried: T; readonly addings: readonly (Adding | undefined)[] }

function optionsToCarry(
  given: JobOptions | undefined,
  defaults: JobOptions | undefined,
  option: MetadataOption,
  tracer: Tracer,
  queueName: string,
  name: string,
): Carried<JobOptions | undefined> {
  const adding = takesTrace(given, defaults) ? startAdding(tracer, queueName, name) : undefined
  const maker = repeats(given, defaults) ? withoutMark(activeContext()) : activeContext()
  const metadata = adding ? encodeMetadata(adding.context, 1, true) : encodeMetadata(maker)
  return { carried: metadata ? optionsToAdd(given, defaults, option, metadata) : given, addings: [adding] }
}

// What repeats is like a scheduler: each of its runs has a trace of its own.
function takesTrace(given: JobOptions | undefined, defaults: JobOptions | undefined): boolean {
  if (omitsContext(given) || omitsContext(defaults) || repeats(given, defaults)) return false
  return ((given && metadataOf(given)) ?? (defaults && metadataOf(defaults))) === undefined
}

function repeats(given: JobOptions | undefined, defaults: JobOptions | undefined): boolean {
  return Boolean(given?.repeat ?? defaults?.repeat)
}

function bulkToAdd(
  jobs: BulkJob[],
  { name: queueName, defaultJobOptions: defaults }: Queue,
  option: MetadataOption,
  tracer: Tracer,
): Carried<BulkJob[]> {
  // Anything else is BullMQ's to refuse.
  if (!Array.isArray(jobs)) return { carried: jobs, addings: [] }
  const together = encodeMetadata(activeContext(), jobs.length)
  const isTraced = spanContextOf(activeContext()) !== undefined
  const addings: (Adding | undefined)[] = []
  const carried = jobs.map((job) => {
    const { name, data, opts } = job
    const adding = !isTraced && takesTrace(opts, defaults) ? startAdding(tracer, queueName, name) : undefined
    addings.push(adding)
    const metadata = adding ? encodeMetadata(adding.context, 1, true) : together
    if (!metadata) return job
    return withOptions({ ...job, name, data }, optionsToAdd(opts, defaults, option, metadata))
  })
  return { carried, addings }
}

function flowsToAdd(
  flows: FlowNode[],
  opts: FlowOptions | undefined,
  option: MetadataOption,
  tracer: Tracer,
): Carried<FlowNode[]> {
  const together = encodeMetadata(activeContext(), countNodes(flows))
  const addings: (Adding | undefined)[] = []
  const carried = flows.map((flow) => {
    const adding = takesTrace(flow.opts, undefined)
      ? startAdding(tracer, flow.queueName, flow.name)
      : undefined
    addings.push(adding)
    const metadata = adding ? encodeMetadata(adding.context, 1, true) : together
    return metadata ? flowToAdd(flow, opts, option, metadata) : flow
  })
  return { carried, addings }
}

function flowToAdd(
  node: FlowNode,
  opts: FlowOptions | undefined,
  option: MetadataOption,
  metadata: string,
): FlowNode {
  const defaults = opts?.queuesOptions?.[node.queueName]?.defaultJobOptions
  const copy = withOptions({ ...node }, optionsToAdd(node.opts, defaults, option, metadata))
  if (!node.children) return copy
  return { ...copy, children: node.children.map((child) => flowToAdd(child, opts, option, metadata)) }
}

function withOptions<T extends { opts?: JobOptions }>(copy: T, opts: JobOptions | undefined): T {
  return opts ? { ...copy, opts } : copy
}

function countNodes(nodes: readonly FlowNode[]): number {
  return nodes.reduce((count, node) => count + 1 + countNodes(node.children ?? []), 0)
}

function jobsOf(tree: JobTree): Job[] {
  return [tree.job, ...(tree.children ?? []).flatMap(jobsOf)]
}

/** Which option carries metadata: versions before 6 have none under one name, but all keep `tm` as Redis knows it. */
export type MetadataOption = 'telemetry' | 'tm'

export function metadataOption(version: string): MetadataOption {
  return Number.parseInt(version, 10) >= 6 ? 'telemetry' : 'tm'
}

/** A copy of a job's options that carries the metadata. */
export function withMetadata<O extends JobOptions>(opts: O, option: MetadataOption, metadata: string): O {
  if (option === 'tm') return { ...opts, tm: metadata }
  return { ...opts, telemetry: { ...opts.telemetry, metadata } }
}

/** The options of a job that is added, with our metadata; the given ones when the user wants none or has their own. */
export function optionsToAdd(
  given: JobOptions | undefined,
  defaults: JobOptions | undefined,
  option: MetadataOption,
  ours: string,
): JobOptions | undefined {
  if (omitsContext(given) || omitsContext(defaults)) return given
  const present = (given && metadataOf(given)) ?? (defaults && metadataOf(defaults))
  const metadata = mergeMetadata(present, ours)
  return metadata === undefined ? given : withMetadata(given ?? {}, option, metadata)
}

function omitsContext(opts: JobOptions | undefined): boolean {
  return Boolean(opts?.omitContext || opts?.telemetry?.omitContext)
}
