import { useEffect, useRef } from 'preact/hooks'

/** A key of the keyboard by its `KeyboardEvent.key`, such as `?`, `e` or `Escape`; capital letters are shifted. */
export type KeyBinding = { key: string; description: string; run: () => void }

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'> & {
  target: unknown
}

/** Keys by who registered them. Later ones win, so that a page may give a key of the frame another meaning. */
export type KeyRegistry = {
  /** Registers what `bindings` returns at each press; returns how to take it back. */
  add(bindings: () => KeyBinding[]): () => void
  /** Runs what is registered for a key; false when nothing is. */
  press(event: Pressed): boolean
  /** All that can be pressed now, oldest first. */
  list(): KeyBinding[]
}

export function createKeyRegistry(): KeyRegistry {
  const sources: (() => KeyBinding[])[] = []
  const list = () => {
    const byKey = new Map(sources.flatMap((source) => source()).map((one) => [one.key, one]))
    return [...byKey.values()]
  }
  return {
    list,
    add(bindings) {
      sources.push(bindings)
      return () => {
        sources.splice(sources.indexOf(bindings), 1)
      }
    },
    press(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target))
        return false
      if (event.key === 'Enter' && isPressedByEnter(event.target)) return false
      const found = list().find(({ key }) => key === event.key)
      found?.run()
      return found !== undefined
    },
  }
}

/** Whether a key pressed there is text, or is meant for a dialog that is open. */
export function isTyping(target: unknown): boolean {
  if (typeof target !== 'object' || target === null) return false
  const { tagName, isContentEditable, type, closest } = target as Partial<HTMLInputElement>
  if (isContentEditable || tagName === 'TEXTAREA' || tagName === 'SELECT') return true
  if (tagName === 'INPUT') return !['checkbox', 'radio', 'button', 'submit'].includes(type ?? '')
  return closest?.call(target as Element, 'dialog') != null
}

/** Enter belongs to a button or link that has the focus. */
function isPressedByEnter(target: unknown): boolean {
  const { tagName = '' } = (target ?? {}) as Partial<Element>
  return ['A', 'BUTTON', 'SUMMARY', 'INPUT'].includes(tagName)
}

/** The keys of this page. */
export const keys: KeyRegistry = createKeyRegistry()

/** Registers keys for as long as the component is there. They appear in the dialog of keys. */
export function useKeys(bindings: KeyBinding[]): void {
  const latest = useRef(bindings)
  latest.current = bindings
  useEffect(() => keys.add(() => latest.current), [])
}

/** Hears the keyboard. Call once. */
export function hearKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (!event.defaultPrevented && keys.press(event)) event.preventDefault()
  })
}
