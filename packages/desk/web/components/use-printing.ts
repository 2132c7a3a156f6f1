import { options } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Rows of a list that go on paper at most. */
export const mostPrinted = 2_000

/** Whether the page is being printed: what follows from it is in the document before the browser looks. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false)
  useEffect(() => {
    const begin = () => renderNow(() => setPrinting(true))
    const end = () => setPrinting(false)
    addEventListener('beforeprint', begin)
    addEventListener('afterprint', end)
    return () => {
      removeEventListener('beforeprint', begin)
      removeEventListener('afterprint', end)
    }
  }, [])
  return printing
}

/** Preact renders later, when the paper would be done. */
function renderNow(change: () => void): void {
  const before = options.debounceRendering
  options.debounceRendering = (render) => render()
  change()
  if (before) options.debounceRendering = before
  else delete options.debounceRendering
}
