import type { ComponentChildren } from 'preact'
import { useRecords } from '../records.ts'

type DeskLinkProps = {
  href: string
  class?: string
  title?: string
  tabIndex?: number
  children: ComponentChildren
}

/** A link to another page of the desk; where there is no desk, its text. */
export function DeskLink({ href, children, ...more }: DeskLinkProps) {
  if (!useRecords().isDesk) return <span {...more}>{children}</span>
  return (
    <a href={href} {...more}>
      {children}
    </a>
  )
}
