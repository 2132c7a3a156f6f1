import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ServiceMap } from '../../../api/index.ts'
import { words } from '../../i18n/words.ts'
import { ServiceLooks } from '../../service-colour.ts'
import { type Graph, graphOf } from './graph.ts'
import { type Layout, layoutGraph } from './layout.ts'
import { Links } from './links.tsx'
import { MapNode } from './map-node.tsx'

const zooms = [0.5, 0.75, 1, 1.5, 2] as const
/** Below it texts cannot be read; who wants it smaller says so. */
const leastFit = 0.75
const margin = 16

/** The map of services. It shrinks to the width of the page as far as its texts can be read, and scrolls beyond that. */
export function ServiceMapView({ map }: { map: ServiceMap }) {
  const graph = useMemo(() => graphOf(map), [map])
  const [chosen, setChosen] = useState<number>()
  const [lit, setLit] = useState('')
  const box = useRef<HTMLElement>(null)
  const room = useWidth(box)
  const layout = useLayout(graph, room - 2 * margin)
  const zoom = chosen ?? Math.min(1, Math.max(leastFit, room / (layout.width + 2 * margin)))
  const { label } = words.value.services.map
  const lookOf = useContext(ServiceLooks)
  const services = new Map(map.services.map((service) => [service.name, service]))
  return (
    <div class="map">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section ref={box} class="map-box" aria-label={label} tabIndex={0}>
        <div
          class="map-size"
          style={{
            width: `${(layout.width + 2 * margin) * zoom}px`,
            height: `${(layout.height + 2 * margin) * zoom}px`,
          }}
        >
          <div
            class="map-drawing"
            style={{ transform: `scale(${zoom}) translate(${margin}px, ${margin}px)` }}
          >
            <Links graph={graph} layout={layout} lit={lit} />
            {graph.nodes.map((node, at) => (
              <MapNode
                key={node.id}
                node={node}
                place={layout.nodes[at]!}
                width={layout.nodeWidth}
                lookOf={lookOf}
                service={node.kind === 'service' ? services.get(node.name) : undefined}
                onLit={setLit}
              />
            ))}
          </div>
        </div>
      </section>
      <Zoom zoom={zoom} onZoom={setChosen} />
    </div>
  )
}

/** The layout for a width. Of a map that has grown, what was there before keeps its order. */
function useLayout(graph: Graph, room: number): Layout {
  const before = useRef<ReadonlyMap<string, number>>(undefined)
  const layout = useMemo(
    () => layoutGraph(graph, { room, ...(before.current && { before: before.current }) }),
    [graph, room],
  )
  useEffect(() => {
    before.current = new Map(graph.nodes.map(({ id }, at) => [id, layout.nodes[at]!.y]))
  }, [graph, layout])
  return layout
}

function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const measure = () => setWidth(box.current!.clientWidth)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
  return width
}

function Zoom({ zoom, onZoom }: { zoom: number; onZoom(zoom: number | undefined): void }) {
  const { closer, further, fit } = words.value.services.map
  const larger = zooms.find((one) => one > zoom + 0.01)
  const smaller = zooms.findLast((one) => one < zoom - 0.01)
  return (
    <div class="map-zoom">
      <button
        type="button"
        class="quiet"
        aria-label={further}
        title={further}
        disabled={smaller === undefined}
        onClick={() => onZoom(smaller)}
      >
        −
      </button>
      <button type="button" class="quiet" title={fit} onClick={() => onZoom(undefined)}>
        {Math.round(zoom * 100)} %
      </button>
      <button
        type="button"
        class="quiet"
        aria-label={closer}
        title={closer}
        disabled={larger === undefined}
        onClick={() => onZoom(larger)}
      >
        +
      </button>
    </div>
  )
}
