import type { KnownJobs } from './known-jobs.ts'
import type { JobClass, QueueEvents } from './library.ts'

const atOnce = 100

/**
 * Reads the jobs of a batch of events that are not known yet, before the events are emitted. Jobs that are gone stay
 * unknown. Never rejects.
 */
export async function lookUpJobs(
  jobs: JobClass,
  events: QueueEvents,
  batch: unknown,
  known: KnownJobs,
): Promise<void> {
  const unknown = [...jobIdsOf(batch)].filter((id) => !known.has(events, id))
  for (let i = 0; i < unknown.length; i += atOnce) {
    const ids = unknown.slice(i, i + atOnce)
    const found = await Promise.allSettled(ids.map((id) => jobs.fromId(events, id)))
    for (const one of found) if (one.status === 'fulfilled' && one.value) known.remember(one.value)
  }
}

/** Whether a batch of events is of jobs that are not known yet. */
export function hasUnknownJobs(events: QueueEvents, batch: unknown, known: KnownJobs): boolean {
  for (const id of jobIdsOf(batch)) if (!known.has(events, id)) return true
  return false
}

/** The job ids in what a blocking read returns: `[[stream, [[entryId, [name, value, …]], …]]]`. */
export function jobIdsOf(batch: unknown): Set<string> {
  const ids = new Set<string>()
  if (!Array.isArray(batch)) return ids
  const entries: unknown = batch[0]?.[1]
  for (const entry of Array.isArray(entries) ? entries : []) {
    const pairs: unknown = entry?.[1]
    if (!Array.isArray(pairs)) continue
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      if (pairs[i] === 'jobId' && typeof pairs[i + 1] === 'string') ids.add(pairs[i + 1])
    }
  }
  return ids
}
