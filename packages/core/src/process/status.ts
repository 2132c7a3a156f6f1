import { guard } from './report.ts'
import { sharedState } from './state.ts'

const own = sharedState<{ read: (() => object) | undefined; attached: Map<string, Set<string>> }>(
  'status',
  () => ({ read: undefined, attached: new Map() }),
)

/** Says what this process does, for those who show it, such as @clew/prometheus-exporter; returns the way back. */
export function setStatus(read: () => object): () => void {
  own.read = read
  return () => {
    if (own.read === read) own.read = undefined
  }
}

/** What this process does, as plain JSON; undefined where nobody says it, in library mode for one. Never throws. */
export function readStatus(): object | undefined {
  const { read } = own
  return read && guard('reading the status', read, undefined)
}

/** Notes that something of ours is attached to a copy of a library. */
export function noteAttached(name: string, version: string): void {
  own.attached.set(name, (own.attached.get(name) ?? new Set()).add(version))
}

/** Versions of a library that something of ours is attached to; none where it is not loaded, or joined by its channels. */
export function attachedVersions(name: string): string[] {
  return [...(own.attached.get(name) ?? [])]
}
