import { formatDuration } from '../../chain/duration.ts'
import { formatCount } from '../format.ts'

/** A duration with three digits; the title has all of it. */
export function Duration({ ns }: { ns: number }) {
  return (
    <span class="number" title={`${formatCount(ns)} ns`}>
      {formatDuration(ns)}
    </span>
  )
}
