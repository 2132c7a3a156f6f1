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
