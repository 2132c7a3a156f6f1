/**
 * Timers and clocks as they were when this was loaded. Tests of an application put others in the place of the global ones,
 * which stand still and jump: a receiver would then be late that never was.
 */
export const setTimeout: typeof globalThis.setTimeout = globalThis.setTimeout
export const clearTimeout: typeof globalThis.clearTimeout = globalThis.clearTimeout
export const setInterval: typeof globalThis.setInterval = globalThis.setInterval
export const clearInterval: typeof globalThis.clearInterval = globalThis.clearInterval
export const setImmediate: typeof globalThis.setImmediate = globalThis.setImmediate
export const queueMicrotask: typeof globalThis.queueMicrotask = globalThis.queueMicrotask

/** Unix milliseconds. */
export const wallMs: () => number = Date.now
/** Milliseconds that never go back. */
export const monotonicMs: () => number = performance.now.bind(performance)
