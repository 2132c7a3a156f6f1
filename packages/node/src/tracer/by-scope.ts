import { cutSecrets } from '@clew/core'
import type { PipelineScope } from '@clew/pipeline'

/** Applications make up names without end, one for each tenant or request; the latest are enough. */
const maxKept = 1_000

/** Gives what `make` makes of a name and a version, the same for the same ones as long as they are among the latest thousand. */
export function byScope<T>(make: (scope: PipelineScope) => T): (name: string, version?: string) => T {
  const made = new Map<string, T>()
  return (name, version = '') => {
    const key = `${name}@${version}`
    const known = made.get(key)
    if (known !== undefined) return known
    const [oldest] = made.size >= maxKept ? made.keys() : []
    if (oldest !== undefined) made.delete(oldest)
    const one = make({ name: cutSecrets(name), version: cutSecrets(version) })
    made.set(key, one)
    return one
  }
}
