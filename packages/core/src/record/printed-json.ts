/**
 * What a logger has printed for the object at the end of `path`, which begins with a value of `entry`; `printed` is the JSON
 * of the line. Getters are not asked. Undefined where the line does not show it in its place.
 */
export function findPrinted(printed: unknown, entry: object, path: readonly object[]): unknown {
  let found = printed
  let holder = entry
  for (const object of path) {
    const key = keyOf(holder, object)
    if (key === undefined || typeof found !== 'object' || found === null) return undefined
    found = Object.hasOwn(found, key) ? found[key as never] : undefined
    holder = object
  }
  return found
}

function keyOf(holder: object, object: object): string | number | undefined {
  if (!Array.isArray(holder))
    return Object.keys(holder).find((key) => Object.getOwnPropertyDescriptor(holder, key)?.value === object)
  const index = holder.indexOf(object)
  return index === -1 ? undefined : index
}

/** The object that a text is the JSON of; undefined for any other text. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
