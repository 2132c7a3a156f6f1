import { dirname } from 'node:path'
import { type House, type Problem, packageOf, targetOf } from './house.ts'

/** An import, between two files or the folders that they lie in. */
type Arrow = { from: string; to: string; path: string; line: number }

/**
 * Rings of files, and rings of folders: one that imports another which, in the end, imports it. A file that lies
 * directly in the folder where a package's code begins stands for itself.
 */
export function checkRings(house: House): Problem[] {
  const ofFiles = arrowsOf(house)
  const ofFolders = ofFiles
    .map((arrow) => ({ ...arrow, from: folderOf(house, arrow.from), to: folderOf(house, arrow.to) }))
    .filter(({ from, to }) => from !== to)
  const ringsOfFolders = findRings(ofFolders).filter((ring) => ring.some(({ from }) => from.endsWith('/')))
  return [
    ...findRings(ofFiles).map((ring) => describeRing('files', ring, ofFiles)),
    ...ringsOfFolders.map((ring) => describeRing('folders', ring, ofFolders)),
  ]
}

function arrowsOf(house: House): Arrow[] {
  return [...house.sources.values()].flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier, line }) => {
      const target = targetOf(house, path, specifier)
      if (target === undefined || !('path' in target) || !house.sources.has(target.path)) return []
      return [{ from: path, to: target.path, path, line }]
    }),
  )
}

function folderOf(house: House, path: string): string {
  const inPackage = dirname(path).slice(packageOf(house, path).length + 1)
  return inPackage.includes('/') ? `${dirname(path)}/` : path
}

/** The shortest ring through each node that is in one and in no ring found before. */
function findRings(arrows: readonly Arrow[]): Arrow[][] {
  const byStart = new Map<string, Arrow[]>()
  for (const arrow of arrows) byStart.set(arrow.from, [...(byStart.get(arrow.from) ?? []), arrow])
  const rings: Arrow[][] = []
  const inRings = new Set<string>()
  for (const start of byStart.keys()) {
    const ring = inRings.has(start) ? undefined : shortestRing(start, byStart)
    if (ring === undefined) continue
    for (const { from } of ring) inRings.add(from)
    rings.push(ring)
  }
  return rings
}

function shortestRing(start: string, byStart: ReadonlyMap<string, readonly Arrow[]>): Arrow[] | undefined {
  const paths: Arrow[][] = [[]]
  const seen = new Set<string>()
  for (const path of paths) {
    for (const arrow of byStart.get(path.at(-1)?.to ?? start) ?? []) {
      if (arrow.to === start) return [...path, arrow]
      if (seen.has(arrow.to)) continue
      seen.add(arrow.to)
      paths.push([...path, arrow])
    }
  }
  return undefined
}

/** Where it is cut most easily is the place of the problem. */
function describeRing(kind: 'files' | 'folders', ring: readonly Arrow[], arrows: readonly Arrow[]): Problem {
  const sameAs = (one: Arrow): Arrow[] => arrows.filter(({ from, to }) => from === one.from && to === one.to)
  const [thinnest] = ring.map(sameAs).toSorted((a, b) => a.length - b.length)
  const { from, to, path, line } = thinnest![0]!
  const way = [...ring.map((arrow) => arrow.from), ring[0]!.from].join(' → ')
  const message = `a ring of ${kind}: ${way}; cut ${from} → ${to} (imports: ${thinnest!.length}) by moving what it needs below both`
  return { path, line, message }
}
