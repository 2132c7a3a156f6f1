import { nearestName } from '@clew/settings'
import type { Environment } from './reader.ts'
import type { Setting } from './setting.ts'
import type { YamlValue } from './yaml-file.ts'

/** Names that the alerts and the desk read; an application may share its environment and file with them. */
const otherVariable = /^CLEW_(ALERT|DESK)_/
/** Which start-up lines the processes above have said. */
export const saidVariable = 'CLEW_SAID'
const otherRoom = /^(alert|alerts|desk)(\.|$)/

/** A line for each CLEW_* variable that nothing reads. */
export function findUnknownVariables(env: Environment, settings: readonly Setting<unknown>[]): string[] {
  const known = settings.map((setting) => setting.env).filter((name) => name.startsWith('CLEW_'))
  return Object.keys(env)
    .filter(
      (name) =>
        name.startsWith('CLEW_') &&
        !otherVariable.test(name) &&
        name !== saidVariable &&
        !known.includes(name),
    )
    .map((name) => `${name}: nothing of that name can be configured; ${advise(name, known)}`)
}

/** A line for each key of clew.yaml that nothing reads. */
export function findUnknownKeys(
  yaml: ReadonlyMap<string, YamlValue>,
  settings: readonly Setting<unknown>[],
): string[] {
  const known = settings.flatMap((setting) => setting.yaml ?? [])
  return [...yaml]
    .filter(([key]) => !otherRoom.test(key) && !known.includes(key))
    .map(([key, { place }]) => `${place}: ${explainKey(key, known)}`)
}

function explainKey(key: string, known: readonly string[]): string {
  const below = known.filter((other) => other.startsWith(`${key}.`))
  if (below.length > 0)
    return `it has options below it; write ${below.map((one) => one.slice(key.length + 1)).join(', ')}`
  return `nothing of that name can be configured; ${advise(key, known)}`
}

function advise(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest
    ? `write ${nearest}`
    : 'remove it, or install the @clew package that it is for (npx clew doctor lists those in use)'
}
