import type { ComponentChildren } from 'preact'

/** Nothing to show: says so, and in `children` what to do. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  )
}
