import { useEffect } from 'preact/hooks'

/** The heading of a page, which also names the browser's tab. `hidden`: only the tab and screen readers have it. */
export function Title({ children, hidden = false }: { children: string; hidden?: boolean }) {
  useEffect(() => {
    document.title = `${children} · Clew`
  }, [children])
  return <h1 class={hidden ? 'unseen' : 'title'}>{children}</h1>
}
