/** What `process` is inside: its listeners by name, as node:events keeps them. */
type Inside = { _events: Record<string, unknown>; _eventsCount: number; emit: typeof process.emit }

const inside = process as unknown as Inside
const placeholder = (): void => {}

/** Listeners of signals that no application sees: libraries ask `listenerCount` whether they are alone. */
export class HiddenListeners {
  readonly #onSignal: (signal: string) => void
  readonly #armed = new Set<string>()
  #changing = false

  constructor(onSignal: (signal: string) => void) {
    this.#onSignal = onSignal
  }

  /** Whether `newListener` and `removeListener` tell of a listener of ours at this moment. */
  isChanging(): boolean {
    return this.#changing
  }

  /** Nothing while the application listens itself. */
  arm(signal: string): void {
    if (this.#armed.has(signal) || process.listenerCount(signal) > 0) return
    this.#armed.add(signal)
    this.#change(() => bindSignal(signal, () => this.#onSignal(signal)))
    delete inside._events[signal]
    inside._eventsCount--
  }

  disarm(signal: string): void {
    if (!this.#armed.delete(signal)) return
    inside._events[signal] = placeholder
    inside._eventsCount++
    this.#change(() => process.removeListener(signal, placeholder))
  }

  #change(change: () => void): void {
    this.#changing = true
    try {
      change()
    } finally {
      this.#changing = false
    }
  }
}

/** Node binds `process.emit` into the signal's handle when the first listener comes: it binds this one. */
function bindSignal(signal: string, onSignal: () => void): void {
  const own = Object.getOwnPropertyDescriptor(process, 'emit')
  const native = process.emit as (this: NodeJS.Process, name: string | symbol, ...args: unknown[]) => boolean
  inside.emit = ((name: string | symbol, ...args: unknown[]) => {
    if (name !== signal) return native.call(process, name, ...args)
    onSignal()
    return true
  }) as typeof process.emit
  try {
    process.on(signal, placeholder)
  } finally {
    if (own === undefined) delete (process as { emit?: unknown }).emit
    else Object.defineProperty(process, 'emit', own)
  }
}
