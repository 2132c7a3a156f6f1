import { safeText } from '@clew/otlp/text'
import type { ServiceRow } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { ServiceMark } from '../../components/telemetry.tsx'
import { formatCompact, shareText } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { colourValue, type LookOf } from '../../service-colour.ts'
import { param } from '../../url-state.ts'
import { chainsOf, type GraphNode } from './graph.ts'
import { nodeHeight, type Point } from './layout.ts'

type MapNodeProps = {
  node: GraphNode
  place: Point
  width: number
  service: ServiceRow | undefined
  lookOf: LookOf
  /** The id when the node is pointed at or has the focus, "" afterwards. */
  onLit(id: string): void
}

/** A node as a link to its chains; its form tells services, queues, databases and foreign hosts apart. */
export function MapNode({ node, place, width, service, lookOf, onLit }: MapNodeProps) {
  const { kinds, spans, failed } = words.value.services.map
  const { id, kind, name } = node
  const time = { from: param('from').value, to: param('to').value }
  return (
    <a
      class={`node node-${kind}`}
      href={chainsOf(node, time)}
      style={{
        left: `${place.x}px`,
        top: `${place.y}px`,
        width: `${width}px`,
        height: `${nodeHeight}px`,
        ...(kind === 'service' && { '--node': colourValue(lookOf(name)) }),
      }}
      title={safeText(name)}
      onMouseEnter={() => onLit(id)}
      onMouseLeave={() => onLit('')}
      onFocus={() => onLit(id)}
      onBlur={() => onLit('')}
    >
      <span class="node-name">
        {kind === 'service' && <ServiceMark look={lookOf(name)} />}
        <bdi>{safeText(name)}</bdi>
      </span>
      <span class="node-facts">
        {service === undefined ? kinds[kind] : spans(formatCompact(service.spans))}
        {service !== undefined && service.failedSpans > 0 && (
          <span class="severity-error node-failed">
            <Icon name="error" />
            {failed(shareText(service.failedSpans, service.spans))}
          </span>
        )}
      </span>
    </a>
  )
}
