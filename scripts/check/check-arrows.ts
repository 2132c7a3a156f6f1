import { type House, type Import, type Problem, packageOf, type Source, targetOf } from './house.ts'

export type Arrows = {
  packageArrows: Readonly<Record<string, readonly string[]>>
  withoutOthers: readonly string[]
  packageRooms: Readonly<Record<string, readonly (readonly string[])[]>>
}

const owner = 'scripts/check/arrows.ts'

/** Arrows between packages, in sources and in package.json, that the table does not have. */
export function checkPackageArrows(house: House, arrows: Arrows): Problem[] {
  const fromSources = [...house.sources.values()].flatMap((source) => {
    const from = packageOf(house, source.path)
    return source.imports.flatMap((one) => {
      const target = targetOf(house, source.path, one.specifier)
      const place = { path: source.path, line: one.line }
      if (target === undefined) return checkOthers(from, one, place, arrows)
      if ('path' in target) return checkInside(house, from, target.path, place)
      return checkArrow(from, target.folder, target.subpath, place, arrows)
    })
  })
  const fromManifests = [...house.packages].flatMap(([from, { dependencies, peerDependencies }]) =>
    Object.keys({ ...dependencies, ...peerDependencies }).flatMap((name) => {
      const place = { path: `${from}/package.json` }
      const target = targetOf(house, place.path, name)
      return target && 'folder' in target ? checkArrow(from, target.folder, '', place, arrows) : []
    }),
  )
  return [...checkRows(house, arrows), ...fromSources, ...fromManifests]
}

/** Arrows between the rooms of a package that run up or sideways. */
export function checkRoomArrows(house: House, { packageRooms }: Arrows): Problem[] {
  return Object.entries(packageRooms).flatMap(([folder, layers]) => {
    const root = `packages/${folder}/`
    const sources = [...house.sources.values()].filter(({ path }) => path.startsWith(root))
    return sources.flatMap((source) => checkRoomsOf(house, source, root, layers))
  })
}

type Place = { path: string; line?: number }

function checkRoomsOf(
  house: House,
  source: Source,
  root: string,
  layers: readonly (readonly string[])[],
): Problem[] {
  const from = findRoom(layers, source.path.slice(root.length))
  if (from === undefined) {
    const message = `stands in no room of ${root}; move it into one, or name its room in ${owner}`
    return [{ path: source.path, message }]
  }
  return source.imports.flatMap(({ specifier, line }) => {
    const target = targetOf(house, source.path, specifier)
    if (target === undefined || !('path' in target) || !target.path.startsWith(root)) return []
    const to = findRoom(layers, target.path.slice(root.length))
    if (to === undefined || to.name === from.name || to.depth > from.depth) return []
    const where = to.depth === from.depth ? 'beside' : 'above'
    const message = `${from.name} imports ${target.path.slice(root.length)}, but ${to.name} stands ${where} it; move what both need below them, or hand it in as a parameter (rooms: ${owner})`
    return [{ path: source.path, line, message }]
  })
}

function findRoom(
  layers: readonly (readonly string[])[],
  path: string,
): { name: string; depth: number } | undefined {
  const isIn = (room: string): boolean => {
    if (room.endsWith('/')) return path.startsWith(room)
    return room.endsWith('*') ? path.startsWith(room.slice(0, -1)) : path === room
  }
  for (const [depth, rooms] of layers.entries()) {
    const name = rooms.find(isIn)
    if (name !== undefined) return { name, depth }
  }
  return undefined
}

function checkRows(house: House, { packageArrows }: Arrows): Problem[] {
  return [...house.packages.keys()].flatMap((folder) =>
    rowOf(packageArrows, folder)
      ? []
      : [{ path: folder, message: `has no row in ${owner}: say there which packages it may import` }],
  )
}

function checkArrow(from: string, to: string, subpath: string, place: Place, arrows: Arrows): Problem[] {
  if (from === to) return []
  const allowed = rowOf(arrows.packageArrows, from) ?? []
  const target = to.slice('packages/'.length)
  const entry = subpath === '' ? target : `${target}/${subpath}`
  if (allowed.includes(target) || allowed.includes(entry)) return []
  // A package.json can only name the whole package.
  if (place.line === undefined && allowed.some((one) => one.startsWith(`${target}/`))) return []
  const list = allowed.length === 0 ? 'nothing of ours' : `only ${allowed.join(', ')}`
  const message = `${from} imports ${entry}, and may import ${list}; hand it in as a parameter, or move what both need to a package below (${owner})`
  return [{ ...place, message }]
}

function checkOthers(from: string, { specifier, isType }: Import, place: Place, arrows: Arrows): Problem[] {
  const isOurs = arrows.withoutOthers.some((name) => from === `packages/${name}`)
  if (!isOurs || isType || specifier.startsWith('node:')) return []
  const message = `${from} imports ${specifier} at run time, and stands on Node alone; import its types, or take its value as a parameter (${owner})`
  return [{ ...place, message }]
}

function checkInside(house: House, from: string, path: string, place: Place): Problem[] {
  if (path === `${from}/package.json` || packageOf(house, path) === from) return []
  const message = `imports the file ${path} of another package; import it by the package's name`
  return [{ ...place, message }]
}

function rowOf(rows: Arrows['packageArrows'], folder: string): readonly string[] | undefined {
  const name = folder.slice('packages/'.length)
  return rows[name] ?? rows[name.replace(/[^/]+$/, '*')]
}
