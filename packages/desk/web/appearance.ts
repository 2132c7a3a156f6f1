import { signal } from '@preact/signals'
import { readStored, store } from './stored.ts'

/** `auto` follows the system. */
export type Appearance = 'auto' | 'light' | 'dark'

const order: Appearance[] = ['auto', 'light', 'dark']

/** What the reader chose. `public/appearance.js` applies it before the first paint. */
export const appearance = signal<Appearance>(order.find((one) => one === readStored('appearance')) ?? 'auto')

export function nextAppearance(current: Appearance): Appearance {
  return order[(order.indexOf(current) + 1) % order.length]!
}

export function chooseAppearance(chosen: Appearance): void {
  appearance.value = chosen
  store('appearance', chosen)
  if (chosen === 'auto') delete document.documentElement.dataset.appearance
  else document.documentElement.dataset.appearance = chosen
}
