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
