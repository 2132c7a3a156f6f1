import type { Fault } from './parsed.ts'
import { printableReason } from './printable-value.ts'

const beginning = '-----BEGIN '

/** The text of a PEM file, or what is wrong; shows neither the path nor what is in the file: keys are given so. Never throws. */
export function readPem(path: string, readFile: (path: string) => string): string | Fault {
  if (path.includes(beginning)) return wrong('it is the text of a PEM file')
  try {
    const text = readFile(path)
    return text.includes(beginning) ? text : wrong('the file is no PEM file')
  } catch (error) {
    return { found: `it cannot be read: ${printableReason(error)}`, remedy: 'write the path of a PEM file' }
  }
}

function wrong(found: string): Fault {
  return { found, remedy: 'write the path of one' }
}
