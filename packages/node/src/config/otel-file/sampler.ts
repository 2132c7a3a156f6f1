import type { ParentKind, SamplerChoice, SamplerName } from '../../tracer/samplers.ts'
import { at, type FileNode } from './tree.ts'

const alwaysOn: SamplerChoice = { name: 'always_on', ratio: 1 }
const alwaysOff: SamplerChoice = { name: 'always_off', ratio: 1 }

/** The four cases of a parent, their keys, and what is done without one: as the parent did. */
const parentKinds: readonly [ParentKind, string, SamplerChoice][] = [
  ['remoteSampled', 'remote_parent_sampled', alwaysOn],
  ['remoteNotSampled', 'remote_parent_not_sampled', alwaysOff],
  ['localSampled', 'local_parent_sampled', alwaysOn],
  ['localNotSampled', 'local_parent_not_sampled', alwaysOff],
]

/** A sampler of the file; undefined where none is given. */
export function readSampler(node: FileNode | undefined): SamplerChoice | undefined {
  if (at(node, 'always_on')) return alwaysOn
  if (at(node, 'always_off')) return alwaysOff
  const ratio = at(node, 'trace_id_ratio_based')
  if (ratio) return { name: 'traceidratio', ratio: (at(ratio, 'ratio')?.value as number | undefined) ?? 1 }
  const based = at(node, 'parent_based')
  return based && readParentBased(based)
}

function readParentBased(node: FileNode): SamplerChoice {
  // Where there is no parent, one that is based on the parent asks its own root.
  const root = readSampler(at(node, 'root')) ?? alwaysOn
  const name = root.name.replace(/^(parentbased_)?/, 'parentbased_') as SamplerName
  const parents = parentKinds.flatMap(([kind, key, usual]): [ParentKind, SamplerChoice][] => {
    const choice = readSampler(at(node, key))
    return choice === undefined || choice === usual ? [] : [[kind, choice]]
  })
  return { name, ratio: root.ratio, ...(parents.length > 0 && { parents: Object.fromEntries(parents) }) }
}
