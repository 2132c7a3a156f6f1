/** A path as Express takes them. */
export type Path = string | RegExp | readonly Path[]

/** The single paths of a path, in the order in which Express tries them. */
export function singlePaths(path: Path): (string | RegExp)[] {
  return Array.isArray(path) ? path.flatMap(singlePaths) : [path as string | RegExp]
}

/** What a mount adds to the routes below it: nothing for `/`, `/api` for `/api/`. */
export function mountText(path: string | RegExp): string {
  return typeof path === 'string' && path.endsWith('/') ? path.slice(0, -1) : String(path)
}

/** `/api` and `/orders/:id` make `/api/orders/:id`; an empty path or `/` adds nothing. */
export function joinPaths(prefix: string, path: string): string {
  if (path === '/' || path === '') return prefix
  return path.startsWith('/') ? prefix + path : `${prefix}/${path}`
}

/** The path of a request target, in origin form or absolute form, that a router matches. */
export function pathOfTarget(target: string): string {
  const local = target.startsWith('/') ? target : target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '')
  return local.replace(/[?#].*$/s, '') || '/'
}
