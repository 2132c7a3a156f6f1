/** A test for paths: each pattern is a whole path, or a prefix that ends in `*`. */
export function createPathTest(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false
  const paths = new Set(patterns.filter((pattern) => !pattern.endsWith('*')))
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1))
  return (path) => paths.has(path) || prefixes.some((prefix) => path.startsWith(prefix))
}
