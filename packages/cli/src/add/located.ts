import { existsSync, realpathSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { joinedLibraries } from '@clew/node/libraries'
import { dependenciesOf, type Manifest, type ManifestFile, mistaken, readManifest } from './application.ts'
import { findManager, type ManagerName, type PackageManager } from './package-manager.ts'
import { findWorkspace, type Workspace } from './workspace.ts'

/** An application, where it is installed and by what. */
export type Located = {
  application: ManifestFile
  workspace: Workspace | undefined
  manager: PackageManager
  /** What it can load, by its own package.json, by that of the workspace's root, and by members that it depends on. */
  dependencies: readonly string[]
}

/** Finds the application of a folder. Throws with what is in the way. */
export function locate(folder: string, asked: ManagerName | undefined): Located {
  const given = resolve(folder)
  const directory = existsSync(given) ? realpathSync(given) : given
  const application = readManifest(directory)
  const workspace = findWorkspace(directory)
  const root = workspace && workspace.root !== directory ? readIfThere(workspace.root) : undefined
  const where = { directory, manifest: application.json, root, workspace }
  const manager = findManager(where, asked, process.env.npm_config_user_agent)
  // What a root has for development are the tools of the repository.
  const shared = Object.keys({ ...root?.dependencies, ...root?.optionalDependencies })
  const dependencies = [...new Set([...reached(application.json, workspace), ...shared])]
  return { application, workspace, manager, dependencies }
}

/** Throws for the root of a workspace that is no application itself, and names its members that are. */
export function requireApplication({ application, workspace }: Located): void {
  const { directory, json } = application
  if (workspace?.root !== directory || workspace.members.length === 0) return
  if (json.scripts?.start !== undefined || dependenciesOf(json).some(isJoined)) return
  const members = workspace.members.filter((member) =>
    dependenciesOf(readIfThere(member) ?? {}).some(isJoined),
  )
  const named = (members.length > 0 ? members : workspace.members).map((member) =>
    relative(directory, member),
  )
  const list = named.length > mostNamed ? [...named.slice(0, mostNamed), `… (${named.length} in all)`] : named
  throw mistaken(
    directory,
    'it is the root of a workspace, and no application itself',
    `name the folder of one of its members: ${list.join(', ')}`,
  )
}

const mostNamed = 20

const isJoined = (name: string): boolean => Object.hasOwn(joinedLibraries, name)

/** With the dependencies of the members of the workspace that it depends on: what they log and query is its own. */
function reached(own: Manifest, workspace: Workspace | undefined): string[] {
  const members = new Map<string, Manifest>()
  for (const member of workspace?.members ?? []) {
    const json = readIfThere(member)
    if (json?.name !== undefined) members.set(json.name, json)
  }
  const names = new Set(dependenciesOf(own))
  for (const name of names) {
    const member = members.get(name)
    if (member !== undefined) for (const one of Object.keys(member.dependencies ?? {})) names.add(one)
  }
  return [...names]
}

/** Undefined where there is none that can be read: what is wrong with it is not the application's. */
function readIfThere(directory: string): Manifest | undefined {
  try {
    return existsSync(join(directory, 'package.json')) ? readManifest(directory).json : undefined
  } catch {
    return undefined
  }
}
