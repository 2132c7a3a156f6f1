import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ServiceMap } from '../../../api/index.ts'
import { words } from '../../i18n/words.ts'
import { ServiceLooks } from '../../service-colour.ts'
import { graphOf } from './graph.ts'
import { layoutGraph } from './layout.ts'
import { Links } from './links.tsx'
import { MapNode } from './map-node.tsx'

const zooms = [0.5, 0.75, 1, 1.5, 2] as const
/** Below it texts cannot be read; who wants it smaller says so. */
const leastFit = 0.75
const margin = 16

/** The map of services. It shrinks to the width of the page as far as its texts can be read, and scrolls beyond that. */
export function ServiceMapView({ map }: { map: ServiceMap }) {
  const graph = useMemo(() => graphOf(map), [map])
  const layout = useMemo(() => layoutGraph(graph), [graph])
  const [chosen, setChosen] = useState<number>()
  const [lit, setLit] = useState('')
  const box = useRef<HTMLElement>(null)
  const fit = useFit(box, layout.width + 2 * margin)
  const zoom = chosen ?? fit
  useEffect(() => {
    // Where long links pass above them, the first nodes stand further down.
    const top = Math.min(...layout.nodes.filter(({ x }) => x === 0).map(({ y }) => y))
    box.current!.scrollTop = top * zoom
  }, [graph])
  const { label } = words.value.services.map
  const lookOf = useContext(ServiceLooks)
  const services = new Map(map.services.map((service) => [service.name, service]))
  return (
    <div class="map">
      <Zoom zoom={zoom} onZoom={setChosen} />
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
                lookOf={lookOf}
                service={node.kind === 'service' ? services.get(node.name) : undefined}
                onLit={setLit}
              />
            ))}
          </div>
        </div>
      </section>
    </div>
  )
}

/** The zoom at which a drawing is as wide as its box, between three quarters and full size. */
function useFit(box: { current: HTMLElement | null }, width: number): number {
  const [room, setRoom] = useState(0)
  useLayoutEffect(() => {
    const measure = () => setRoom(box.current!.clientWidth)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
  return Math.min(1, Math.max(leastFit, room / width))
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
