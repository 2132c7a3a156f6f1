import { execFileSync } from 'node:child_process'
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

/** Packs every package as it would be published, into a folder. Gives the tarball of each name. */
export function packAll(directory: string): Map<string, string> {
  const filters = publishedPackages().flatMap(({ name }) => ['--filter', name])
  const words = ['-y', 'pnpm@12', '-r', ...filters, 'pack', '--pack-destination', directory, '--json']
  const packed = JSON.parse(
    execFileSync('npx', words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 2 ** 26,
    }),
  )
  return new Map(
    (packed as { name: string; filename: string }[]).map(({ name, filename }) => [name, filename]),
  )
}
