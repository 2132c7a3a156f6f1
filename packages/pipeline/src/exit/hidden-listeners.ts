/** What `process` is inside: its listeners by name, as node:events keeps them. */
type Inside = { _events: Record<string, unknown>; _eventsCount: number; emit: typeof process.emit }

const inside = process as unknown as Inside
const placeholder = (): void => {}

type Emit = typeof process.emit
/** What an event of a signal's handle comes to; without `apply` it goes to the `process.emit` that it was made with, and leaves no frame. */
type Handle = ProxyHandler<Emit>

/**
 * Listeners of signals that no application sees: libraries ask `listenerCount` whether they are alone. Where the application begins to
 * listen, the handle that Node made for ours is its own from then on: closed, it would take a signal with it that has come already.
 */
export class HiddenListeners {
  readonly #onSignal: (signal: string) => void
  /** Of the signals whose handle Node made for us. */
  readonly #handles = new Map<string, Handle>()
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
    if (this.#handles.has(signal) || process.listenerCount(signal) > 0) return
    const handle = this.#handleOf(signal)
    this.#handles.set(signal, handle)
    this.#change(() => bind(signal, handle))
    delete inside._events[signal]
    inside._eventsCount--
  }

  /** The application begins to listen. */
  handOver(signal: string): void {
    const handle = this.#handles.get(signal)
    if (handle && process.listenerCount(signal) === 0) delete handle.apply
  }

  /** Node has closed the handle with the application's last listener. */
  closed(signal: string): void {
    this.#handles.delete(signal)
  }

  /** Nothing while the application listens: the handle is its own. */
  disarm(signal: string): void {
    if (process.listenerCount(signal) > 0 || !this.#handles.delete(signal)) return
    inside._events[signal] = placeholder
    inside._eventsCount++
    this.#change(() => process.removeListener(signal, placeholder))
  }

  #handleOf(signal: string): Handle {
    return {
      apply: (emit, self, args) => {
        if (args[0] !== signal) return Reflect.apply(emit, self, args)
        this.#onSignal(signal)
        return true
      },
    }
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
function bind(signal: string, handle: Handle): void {
  const own = Object.getOwnPropertyDescriptor(process, 'emit')
  inside.emit = new Proxy(process.emit, handle)
  try {
    process.on(signal, placeholder)
  } finally {
    if (own === undefined) delete (process as { emit?: unknown }).emit
    else Object.defineProperty(process, 'emit', own)
  }
}
