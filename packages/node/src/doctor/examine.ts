import { join } from 'node:path'
import { compareVersions, type Instrumentation, isVersionWithin } from '@clew/core'
import { type Application, readPackageJson } from '../discovery/application.ts'
import { joinedLibraries, loggersWithin, ownLoggers } from '../discovery/joined-libraries.ts'
import { copiesOf, type FoundPackage, findPackages, packageFinder } from '../discovery/packages.ts'

/** One thing that the doctor looked at. `remedy` says what to change. */
export type Finding = { level: 'ok' | 'warning' | 'problem'; topic: string; text: string; remedy?: string }

const nodeFloor = '22.15.0'

/** Loggers that nothing of ours joins. */
const foreignLoggers: ReadonlySet<string> = new Set(
  'bunyan log4js loglevel tslog consola signale roarr npmlog @logtape/logtape'.split(' '),
)

/** Everything about an application that can be seen without starting it. */
export function examineApplication(application: Application, nodeVersion: string): Finding[] {
  const found = findPackages(application)
  return [
    examineNode(nodeVersion),
    examineIdentity(application),
    ...found.map((one) => examinePackage(one, application)),
    ...examineMissing(application, found),
    ...examineLoggers(application, found),
    examineCopies('@opentelemetry/api', application, found),
    // It comes with the first package that is installed.
    ...(found.length > 0 ? [examineCopies('@clew/core', application, found)] : []),
  ]
}

function examineNode(version: string): Finding {
  if (compareVersions(version, nodeFloor) >= 0) return { level: 'ok', topic: 'Node.js', text: version }
  const remedy = `run it on Node.js ${nodeFloor} or newer`
  return { level: 'problem', topic: 'Node.js', text: `${version} is too old`, remedy }
}

function examineIdentity({ name, directory, type }: Application): Finding {
  const modules = type === 'module' ? 'ESM' : 'CommonJS'
  if (name) return { level: 'ok', topic: 'application', text: `${name} (${modules}) in ${directory}` }
  const remedy = 'run it in the folder of the application, or name the folder: clew doctor <folder>'
  return {
    level: 'problem',
    topic: 'application',
    text: `neither ${directory} nor a folder above it has a package.json`,
    remedy,
  }
}

function examinePackage(found: FoundPackage, application: Application): Finding {
  const topic = found.name
  if (found.exporter) return { level: 'ok', topic, text: `${found.version}, a destination of logs` }
  if (!found.instrumentation) {
    const remedy = `npm install ${found.name}@latest`
    return { level: 'problem', topic, text: `cannot be loaded: ${found.problem}`, remedy }
  }
  return examineLibrary(topic, found, found.instrumentation, application)
}

function examineLibrary(
  topic: string,
  found: FoundPackage,
  { library, seam = 'its own seam' }: Instrumentation,
  application: Application,
): Finding {
  if (!library) return { level: 'ok', topic, text: `${found.version}, by ${seam}` }
  const version = installedVersion(library.name, application)
  if (!version) {
    return {
      level: 'warning',
      topic,
      text: `${library.name} is not installed`,
      remedy: `npm uninstall ${topic}`,
    }
  }
  const { from, below } = library.versions
  if (isVersionWithin(version, library.versions)) {
    return { level: 'ok', topic, text: `${found.version} joins ${library.name} ${version}, by ${seam}` }
  }
  const text = `${library.name} ${version} is outside of ${from} … below ${below}: it runs without spans`
  return {
    level: 'problem',
    topic,
    text,
    remedy: `install a supported ${library.name}, or npm install ${topic}@latest`,
  }
}

function examineMissing(application: Application, found: readonly FoundPackage[]): Finding[] {
  const installed = new Set(found.map(({ name }) => name))
  const findings = application.dependencies.flatMap((topic): Finding[] => {
    const joining = Object.hasOwn(joinedLibraries, topic) ? joinedLibraries[topic]!.name : undefined
    if (joining === undefined || installed.has(joining)) return []
    const text = 'is used, but nothing joins it to the chain'
    return [{ level: 'warning', topic, text, remedy: `npm install ${joining}` }]
  })
  findings.push(...loggersWithout(application, found, installed))
  if (installed.has('@clew/http')) return findings
  const text = 'HTTP servers and fetch are not traced'
  return [...findings, { level: 'warning', topic: 'node:http', text, remedy: 'npm install @clew/http' }]
}

/** Libraries whose own logger nothing joins. What an application logs by another one, it does not log by that. */
function loggersWithout(
  { dependencies }: Application,
  found: readonly FoundPackage[],
  installed: ReadonlySet<string>,
): Finding[] {
  if (found.some((one) => ownLoggers.includes(one.instrumentation?.name ?? ''))) return []
  return Object.entries(loggersWithin).flatMap(([topic, { name }]): Finding[] => {
    if (!dependencies.includes(topic) || installed.has(name)) return []
    const text = 'what its own logger writes is not joined: no ids, and in no chain'
    return [{ level: 'warning', topic, text, remedy: `npm install ${name}` }]
  })
}

/** A chain without lines is half of what one comes for. */
function examineLoggers({ name, dependencies }: Application, found: readonly FoundPackage[]): Finding[] {
  const remedy =
    'log by winston with @clew/winston or by pino with @clew/pino, install @clew/console, or write records by `logs` of @opentelemetry/api'
  const text = 'its lines are not joined: they have no ids, and no chain shows them'
  const foreign = dependencies.filter((dependency) => foreignLoggers.has(dependency))
  const findings = foreign.map((topic): Finding => ({ level: 'warning', topic, text, remedy }))
  const joins = found.some((one) => [...ownLoggers, 'console'].includes(one.instrumentation?.name ?? ''))
  const isKnown = dependencies.some((dependency) => ownLoggers.includes(dependency))
  if (findings.length > 0 || joins || name === undefined || isKnown) return findings
  return [
    {
      level: 'warning',
      topic: 'logs',
      text: 'no logger that is joined: what console.log() and the like print has no ids, and no chain shows it',
      remedy,
    },
  ]
}

function examineCopies(name: string, application: Application, found: readonly FoundPackage[]): Finding {
  const copies = copiesOf(name, application, found)
  if (copies.length === 1) return { level: 'ok', topic: name, text: 'one copy' }
  if (copies.length === 0) {
    return { level: 'problem', topic: name, text: 'not found', remedy: `npm install ${name}` }
  }
  const text = `${copies.length} copies: ${copies.join(', ')}`
  return { level: 'problem', topic: name, text, remedy: `keep one version (npm ls ${name}, npm dedupe)` }
}

/** The version that the application would load; undefined when it is not installed. */
export function installedVersion(name: string, application: Application): string | undefined {
  const directory = packageFinder(application)(name)
  return directory ? readPackageJson(join(directory, 'package.json'))?.version : undefined
}
