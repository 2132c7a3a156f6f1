/** A path as Express takes them. */
export type Path = string | RegExp | readonly Path[]

/** The route below a mount: `/api` and `/orders/:id` make `/api/orders/:id`. */
export function joinPaths(prefix: string, path: string): string {
  const trimmed = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  if (path === '/' || path === '') return trimmed || '/'
  return path.startsWith('/') ? trimmed + path : `${trimmed}/${path}`
}

/** A path as text; several are separated by commas. */
export function pathText(path: Path): string {
  return Array.isArray(path) ? path.map(pathText).join(',') : String(path)
}

/** The path with the values of its parameters replaced by their names; those of wildcards and groups by `*`. */
export function putParams(path: string, params: Readonly<Record<string, string | string[]>>): string {
  let rest = `${decode(path)}/`
  for (const [name, value] of Object.entries(params)) {
    const text = Array.isArray(value) ? value.join('/') : value
    if (text) rest = rest.replace(`/${text}/`, () => (/^\d+$/.test(name) ? '/*/' : `/:${name}/`))
  }
  return rest.slice(0, -1)
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const literalOrParams = /^[^*{}()?+[\]]*$/

/**
 * The pattern of a mount with those of the mounts around it: `/api/users/42` that was matched by `/users/:id` below
 * `/api` is `/api/users/:id`. `outer` has the templates of the prefixes that were matched before.
 */
export function mountTemplate(
  baseUrl: string,
  pattern: string | RegExp,
  outer: ReadonlyMap<string, string>,
): string {
  const parent =
    typeof pattern === 'string' && literalOrParams.test(pattern)
      ? withoutSegments(baseUrl, segmentsOf(pattern))
      : longestKnown(baseUrl, outer)
  const prefix = outer.get(parent) ?? parent
  const isSlashed = typeof pattern === 'string' && pattern.endsWith('/')
  return prefix + (isSlashed ? pattern.slice(0, -1) : pattern)
}

function segmentsOf(pattern: string): number {
  return pattern.split('/').filter(Boolean).length
}

function withoutSegments(path: string, count: number): string {
  return path.split('/').slice(0, -count).join('/')
}

function longestKnown(baseUrl: string, outer: ReadonlyMap<string, string>): string {
  let longest = ''
  for (const known of outer.keys()) {
    if (known.length > longest.length && baseUrl.startsWith(`${known}/`)) longest = known
  }
  return longest
}
