import { existsSync, readFileSync } from 'node:fs'
import type { Problem } from '../check/house.ts'
import { publishedPackages } from '../packages.ts'

type Manifest = {
  name: string
  version: string
  license?: string
  repository?: { directory?: string }
  publishConfig?: { access?: string; provenance?: boolean }
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** A published package, as its manifest has it. */
export type Release = Manifest & { directory: string }

/** All that is published, each behind those of ours that it depends on. */
export function releases(): Release[] {
  const all = new Map(
    publishedPackages().map(({ name, directory }) => {
      const manifest = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8')) as Manifest
      return [name, { ...manifest, directory }]
    }),
  )
  const ordered = new Set<Release>()
  const add = (release: Release | undefined): void => {
    if (release === undefined || ordered.has(release)) return
    for (const name of Object.keys(release.dependencies ?? {})) add(all.get(name))
    ordered.add(release)
  }
  for (const release of all.values()) add(release)
  return [...ordered]
}

/** What stands in the manifests that a registry, or whoever installs, would stumble over. */
export function checkManifests(all: readonly Release[] = releases()): Problem[] {
  const { version } = all[0]!
  return all.flatMap((one) => {
    const wrong = [
      one.version !== version &&
        `version is ${one.version}, and ${version} elsewhere; npx changeset version gives all the same`,
      one.license !== 'Apache-2.0' && 'license is not Apache-2.0',
      one.repository?.directory !== one.directory &&
        `repository.directory is not "${one.directory}", by which provenance finds the source`,
      one.publishConfig?.access !== 'public' &&
        'publishConfig.access is not "public": a scoped package would be private',
      one.publishConfig?.provenance !== true &&
        'publishConfig.provenance is not true: nobody could tell where it was built',
      !existsSync(`${one.directory}/README.md`) && 'there is no README.md',
      ...oursNotByWorkspace(one),
    ]
    return wrong
      .filter((message) => typeof message === 'string')
      .map((message) => ({ path: `${one.directory}/package.json`, message }))
  })
}

function oursNotByWorkspace({ dependencies, peerDependencies }: Release): string[] {
  return Object.entries({ ...dependencies, ...peerDependencies })
    .filter(([name, range]) => name.startsWith('@clew/') && range !== 'workspace:^')
    .map(
      ([name, range]) =>
        `${name} is wanted as ${range}; write workspace:^, which becomes the version of the release`,
    )
}
