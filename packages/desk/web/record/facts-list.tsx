import type { ComponentChildren } from 'preact'

/** Facts as name and value; those without a value are left out. */
export function FactsList({ facts }: { facts: readonly [name: string, value: ComponentChildren][] }) {
  return (
    <dl class="row-facts">
      {facts
        .filter(([, value]) => value !== '' && value !== false && value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
