import type { ChainSummary } from '../../../api/index.ts'
import { serviceColour } from '../../service-colour.ts'
import { barPaths } from './bars.ts'

const width = 200
const height = 30

/** A small picture of when the spans of a chain ran. What it says stands beside it as text. */
export function Course({ chain }: { chain: ChainSummary }) {
  return (
    <svg class="course" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {barPaths(chain, width, height).map(({ service, failed, d }) => (
        <path
          key={`${service}.${failed}`}
          d={d}
          style={{ fill: failed ? 'var(--error)' : serviceColour(chain.services[service] ?? '') }}
        />
      ))}
    </svg>
  )
}
