type Call = (...args: unknown[]) => unknown

/**
 * Calls `before` with the arguments of each call of a function of `process` that runs no JavaScript afterwards, or none
 * that is heard of. Returns the way back.
 */
export function beforeProcessCall(name: string, before: Call): () => void {
  const inside = process as unknown as Record<string, Call | undefined>
  const native = inside[name]
  // An older Node: execve came with 22.15.
  if (native === undefined) return () => {}
  // A method has a name and no prototype, as a native function has.
  const { [name]: wrapper } = {
    [name](...args: unknown[]): unknown {
      before(...args)
      return native.apply(process, args)
    },
  }
  Object.defineProperty(wrapper, 'length', { value: native.length, configurable: true })
  inside[name] = wrapper
  return () => {
    if (inside[name] === wrapper) inside[name] = native
  }
}
