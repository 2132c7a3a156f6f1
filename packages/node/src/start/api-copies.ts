import { join } from 'node:path'
import { apiGlobal, compareVersions, onModuleLoad, report, type Stop } from '@clew/core'
import { type Application, readPackageJson } from '../discovery/application.ts'

const api = '@opentelemetry/api'
/** The version whose global this release knows how to fill. */
const knownVersion = '1.10.0'

/** The version of the application's own copy of the API, or the one that Clew was made with. */
export function applicationApiVersion({ directory }: Application): string {
  const installed = readPackageJson(join(directory, 'node_modules', api, 'package.json'))?.version
  return installed?.startsWith('1.') && compareVersions(installed, knownVersion) > 0
    ? installed
    : knownVersion
}

/** Reports each copy of the API that is loaded and cannot see what is registered: its spans would be lost. */
export function watchApiCopies(): Stop {
  const versions = { from: '0.0.0', below: '99.0.0' }
  return onModuleLoad({ name: api, versions }, (_exports, { version, directory }) => {
    const registered = apiGlobal()?.version ?? knownVersion
    if (sharesGlobal(version, registered)) return
    report(
      'CLEW_SECOND_API',
      `${api} ${version} in ${directory} cannot share with ${registered}: its spans are lost; npm ls ${api}`,
    )
  })
}

// A copy looks into a global of its own major version and of its minor version or a later one.
function sharesGlobal(version: string, registered: string): boolean {
  const [major, minor] = version.split('.').map(Number)
  const [registeredMajor, registeredMinor] = registered.split('.').map(Number)
  return major === registeredMajor && minor! <= registeredMinor!
}
