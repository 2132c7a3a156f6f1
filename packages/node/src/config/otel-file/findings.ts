import { type Fault, formatMistake } from '@clew/settings'
import type { Setting } from '../setting.ts'
import type { FileNode } from './tree.ts'

/** A line about a place of the file. */
export type Finding = { offset: number; line: string }

/** What is wrong with the file, and what it names that there is not. */
export type Findings = {
  mistakes: Finding[]
  lacks: Finding[]
  /** Written for a later minor version: a key that is not known is one of those that came with it. */
  isNewer: boolean
}

/** Takes the value of a setting from a place in the file; what the setting does not take is told. */
export type Give = (setting: Setting<unknown>, node: FileNode | undefined, raw: unknown) => void

export function wrong({ mistakes }: Findings, { offset, place }: FileNode, fault: Fault): undefined {
  mistakes.push({ offset, line: formatMistake({ place, ...fault }) })
}

/** Tells what is left out, and what to do instead. */
export function lacking(
  { lacks }: Findings,
  { offset, place }: FileNode,
  fault: Fault,
  inForce = 'the rest',
): undefined {
  lacks.push({ offset, line: `${formatMistake({ place, ...fault })}; in force: ${inForce}` })
}

/** In the order of the file, each once. */
export function linesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.toSorted((a, b) => a.offset - b.offset).map(({ line }) => line))]
}
