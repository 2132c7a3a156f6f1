import { activeContext, guard, type Stop, wrapMethod } from '@clew/core'
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

/** Sends the context of the caller along with each job, in a copy of its options. */
export function attachProducer(bullmq: BullMQ, option: MetadataOption, known: KnownJobs): Stop[] {
  const queue = bullmq.Queue.prototype
  const flowProducer = bullmq.FlowProducer.prototype
  const place = 'adding context to a job'
  return [
    wrapMethod(owner, queue, 'add', (add) => {
      return function (this: Queue, name, data, opts, ...rest) {
        const carry = (): JobOptions | undefined => {
          const metadata = encodeMetadata(activeContext())
          return metadata ? optionsToAdd(opts, this.defaultJobOptions, option, metadata) : opts
        }
        const carried = hasOwnTelemetry(this) ? opts : guard(place, carry, opts)
        return known.afterAdding(add.call(this, name, data, carried, ...rest), (job) => [job])
      }
    }),
    wrapMethod(owner, queue, 'addBulk', (addBulk) => {
      return function (this: Queue, jobs, ...rest) {
        const carry = (): BulkJob[] => bulkToAdd(jobs, this.defaultJobOptions, option)
        const carried = hasOwnTelemetry(this) ? jobs : guard(place, carry, jobs)
        return known.afterAdding(addBulk.call(this, carried, ...rest), (added) => added)
      }
    }),
    wrapMethod(owner, flowProducer, 'add', (add) => {
      return function (this: FlowProducer, flow, opts, ...rest) {
        const carry = (): FlowNode => flowsToAdd([flow], opts, option)[0] ?? flow
        const carried = hasOwnTelemetry(this) ? flow : guard(place, carry, flow)
        return known.afterAdding(add.call(this, carried, opts, ...rest), (tree) => (tree ? jobsOf(tree) : []))
      }
    }),
    wrapMethod(owner, flowProducer, 'addBulk', (addBulk) => {
      return function (this: FlowProducer, flows, ...rest) {
        const carry = (): FlowNode[] => flowsToAdd(flows, undefined, option)
        const carried = hasOwnTelemetry(this) ? flows : guard(place, carry, flows)
        return known.afterAdding(addBulk.call(this, carried, ...rest), (trees) =>
          (trees ?? []).flatMap(jobsOf),
        )
      }
    }),
  ]
}

function bulkToAdd(jobs: BulkJob[], defaults: JobOptions | undefined, option: MetadataOption): BulkJob[] {
  // Anything else is BullMQ's to refuse.
  if (!Array.isArray(jobs)) return jobs
  const metadata = encodeMetadata(activeContext(), jobs.length)
  if (!metadata) return jobs
  return jobs.map((job) => {
    const { name, data, opts } = job
    return withOptions({ ...job, name, data }, optionsToAdd(opts, defaults, option, metadata))
  })
}

function flowsToAdd(flows: FlowNode[], opts: FlowOptions | undefined, option: MetadataOption): FlowNode[] {
  const metadata = encodeMetadata(activeContext(), countNodes(flows))
  if (!metadata) return flows
  const carry = (node: FlowNode): FlowNode => {
    const defaults = opts?.queuesOptions?.[node.queueName]?.defaultJobOptions
    const copy = withOptions({ ...node }, optionsToAdd(node.opts, defaults, option, metadata))
    return node.children ? { ...copy, children: node.children.map(carry) } : copy
  }
  return flows.map(carry)
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
