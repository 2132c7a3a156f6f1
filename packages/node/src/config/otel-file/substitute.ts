import { type Fault, isPrintableName } from '@clew/settings'
import type { Environment } from '../reader.ts'

/** A scalar of the file with its references replaced. */
export type Substituted = {
  text: string
  /** The variables that it refers to, and those of them that are empty and have no default. */
  names: readonly string[]
  unset: readonly string[]
  /** References that are none. Then the whole file counts for nothing. */
  faults: readonly Fault[]
}

const reference = /\$\{([^}]+)\}/g
const variable = /^(?:env:)?([A-Za-z_]\w*)(?::-([^\n]*))?$/
const otherSource = /^([A-Za-z]\w*):\w/

/**
 * Replaces `${NAME}`, `${env:NAME}` and `${NAME:-default}`; `$$` is a dollar that begins no reference. What stands in a
 * variable or in a default is taken as it is.
 * https://opentelemetry.io/docs/specs/otel/configuration/data-model/#environment-variable-substitution
 */
export function substitute(text: string, env: Environment): Substituted {
  const names: string[] = []
  const unset: string[] = []
  const faults: Fault[] = []
  const replace = (_: string, inside: string): string => {
    const [, name, otherwise] = variable.exec(inside) ?? []
    if (name === undefined) {
      faults.push(noReference(inside))
      return ''
    }
    names.push(name)
    const value = Object.hasOwn(env, name) ? env[name] : undefined
    if (value) return value
    if (otherwise === undefined) unset.push(name)
    return otherwise ?? ''
  }
  const parts = text.split('$$').map((part) => part.replaceAll(reference, replace))
  return { text: parts.join('$'), names, unset, faults }
}

const forms = `write \${NAME}, \${NAME:-default}, or $$ for a dollar`

function noReference(inside: string): Fault {
  const [, source] = otherSource.exec(inside) ?? []
  return source !== undefined && source !== 'env' && isPrintableName(source)
    ? { found: `there is no source "${source}" of values`, remedy: forms }
    : { found: 'a reference without the name of a variable', remedy: forms }
}
