import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

export type Package = {
  name: string
  directory: string
  exports: Record<string, { default: string } | string>
  bin: Record<string, string>
}

/** Every package that is published, from the root of the repository. */
export function publishedPackages(): Package[] {
  const manifests = globSync(['packages/*/package.json', 'packages/*/*/package.json'], {
    exclude: ['**/node_modules/**'],
  })
  return manifests.toSorted().flatMap((path) => {
    const { name, private: isPrivate, exports, bin = {} } = JSON.parse(readFileSync(path, 'utf8'))
    return isPrivate || !name ? [] : [{ name, directory: dirname(path), exports, bin }]
  })
}
