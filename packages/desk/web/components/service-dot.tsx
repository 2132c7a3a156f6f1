import { safeText } from '../../chain/safe-text.ts'
import { serviceColour } from '../service-colour.ts'

/** The name of a service behind a dot of its colour. */
export function ServiceDot({ name }: { name: string }) {
  return (
    <span class="service">
      <span class="service-dot" style={{ background: serviceColour(name) }} />
      <bdi>{safeText(name)}</bdi>
    </span>
  )
}
