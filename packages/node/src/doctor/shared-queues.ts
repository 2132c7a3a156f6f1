import { compareVersions } from '@clew/core'
import type { Finding } from './examine.ts'

/** How work is handed to a queue: each task is a function, or one worker is given all tasks. */
type SharedQueue = { handedOver: 'function' | 'task'; keepsFrom?: string }

/**
 * Packages that keep the work of many callers and run what waits in the context of whoever's work was done before:
 * all versions, or those below the first that keeps each caller's.
 */
const sharedQueues: Readonly<Record<string, SharedQueue>> = {
  async: { handedOver: 'task' },
  'better-queue': { handedOver: 'task' },
  bottleneck: { handedOver: 'function' },
  fastq: { handedOver: 'task' },
  'p-limit': { handedOver: 'function', keepsFrom: '5.0.0' },
  'p-queue': { handedOver: 'function', keepsFrom: '10.0.0' },
  queue: { handedOver: 'function' },
}

const remedies = {
  function: 'hand it bindContext(work), with bindContext of @clew/core',
  task: 'hand it bindContext(() => work(task)) and let its worker call that, with bindContext of @clew/core',
}

/** Dependencies in whose queues the work of one request takes the ids of another. */
export function examineQueues(
  dependencies: readonly string[],
  versionOf: (name: string) => string | undefined,
): Finding[] {
  return dependencies.flatMap((name) => {
    const queue = Object.hasOwn(sharedQueues, name) ? sharedQueues[name] : undefined
    const version = queue && versionOf(name)
    if (!queue || !version) return []
    const { handedOver, keepsFrom } = queue
    if (keepsFrom && compareVersions(version, keepsFrom) >= 0) return []
    const text = `${version} runs what waits in its queues with the ids of another request`
    return [{ level: 'warning', topic: name, text, remedy: remedies[handedOver] }]
  })
}
