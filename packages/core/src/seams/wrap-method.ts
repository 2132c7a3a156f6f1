import { report } from '../process/report.ts'
import type { Stop } from './instrumentation.ts'

type Method = (...args: never[]) => unknown

// On the wrapper: who wrapped it. Shared between copies of this package, so that attaching twice wraps once.
const ownerKey = Symbol.for('@clew/core wrapped by')

/**
 * Replaces the method `name` of `target` by `wrap(original)`, once per owner, and returns the way back (which does
 * nothing when somebody wrapped it again meanwhile). The wrapper keeps the original's name, length, own properties
 * and enumerability. A missing method is reported as CLEW_PATCH_MISSING and left alone.
 */
export function wrapMethod<T extends object, K extends keyof T & (string | symbol)>(
  owner: string,
  target: T,
  name: K,
  wrap: (original: Extract<T[K], Method>) => Extract<T[K], Method>,
): Stop {
  const original = target[name] as Extract<T[K], Method>
  if (typeof original !== 'function') {
    report('CLEW_PATCH_MISSING', `${owner}: no method ${String(name)} to attach to`)
    return () => {}
  }
  if (isWrappedBy(owner, original)) return () => {}
  const own = Object.getOwnPropertyDescriptor(target, name)
  const wrapper = markWrapper(owner, original, wrap(original))
  Object.defineProperty(target, name, {
    value: wrapper,
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? false,
  })
  return () => {
    if (target[name] !== wrapper) return
    if (own) Object.defineProperty(target, name, own)
    else delete target[name]
  }
}

/** The prototype that has the method itself: an exported class may extend the one that does the work. */
export function owningPrototype<T extends object>(prototype: T, name: string): T {
  let owning = prototype
  while (!Object.hasOwn(owning, name)) {
    const next = Object.getPrototypeOf(owning) as T | null
    if (!next) return prototype
    owning = next
  }
  return owning
}

function markWrapper<F extends Method>(owner: string, original: F, wrapper: F): F {
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'prototype') continue
    Object.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(original, key)!)
  }
  Object.defineProperty(wrapper, ownerKey, { value: { owner, original }, configurable: true })
  return wrapper
}

function isWrappedBy(owner: string, method: Method): boolean {
  let mark = (method as { [ownerKey]?: { owner: string; original: Method } })[ownerKey]
  while (mark) {
    if (mark.owner === owner) return true
    mark = (mark.original as { [ownerKey]?: { owner: string; original: Method } })[ownerKey]
  }
  return false
}
