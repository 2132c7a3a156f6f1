import { heightOf, type Part } from './cause.ts'
import type { Finding } from './judge-service.ts'
import { evened } from './tails.ts'
import type { Change, Opinion } from './warning.ts'

/** What people say of series, by their key: up to which height a change is noise; 0: it is useful. JSON but for the map. */
export type Opinions = Map<string, number>

/** So many are remembered; the oldest goes. */
const mostOpinions = 2000

/** Notes what somebody says of series that took part in something, with how high they came. */
export function noteOpinion(opinions: Opinions, parts: readonly Part[], opinion: Opinion): void {
  for (const part of parts) {
    const key = keyOf({ ...part, of: part.group })
    opinions.delete(key)
    opinions.set(key, opinion === 'noise' ? part.height : 0)
  }
  for (const key of opinions.keys()) {
    if (opinions.size <= mostOpinions) break
    opinions.delete(key)
  }
}

/** Without those that somebody called noise and that do not rise above the height that they had then. */
export function withoutNoise(opinions: Opinions, findings: Finding[]): Finding[] {
  if (opinions.size === 0 || findings.length === 0) return findings
  return findings.filter(({ change, group, id }) => {
    const height = opinions.get(keyOf({ ...change, of: group, id }))
    return height === undefined || height === 0 || isAbove(change, height)
  })
}

/** Whether somebody said that a series is worth telling of. */
export const isUseful = (opinions: Opinions, part: Part): boolean =>
  opinions.get(keyOf({ ...part, of: part.group })) === 0

/** A template is known by another id. */
export function renameIn(opinions: Opinions, id: string, into: string): void {
  for (const [key, height] of [...opinions]) {
    const parts = JSON.parse(key) as string[]
    if (parts[1] !== 'template' || parts[2] !== id) continue
    opinions.delete(key)
    parts[2] = into
    opinions.set(JSON.stringify(parts), height)
  }
}

type Keyed = Pick<Change, 'service' | 'of' | 'id' | 'field' | 'kind'>

const isDown = ({ kind }: Keyed): boolean => kind === 'fewer' || kind === 'silent' || kind === 'lower'

/** More of it and less of it are two. */
const keyOf = (change: Keyed): string =>
  JSON.stringify([change.service, change.of, change.id, change.field, isDown(change) ? 'down' : 'up'])

function isAbove(change: Change, height: number): boolean {
  const now = heightOf(change)
  if (change.field !== '') return Math.abs(now) > 1.3 * Math.abs(height)
  if (isDown(change)) return now < 0.7 * height
  if (change.kind === 'mix') return now > 1.3 * height
  return evened(now) > 1.15 * evened(height) + 2
}
