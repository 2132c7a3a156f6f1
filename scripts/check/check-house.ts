import { checkGenerated } from '../docs/generate.ts'
import * as arrows from './arrows.ts'
import { checkAddresses } from './check-addresses.ts'
import { checkPackageArrows, checkRoomArrows } from './check-arrows.ts'
import { checkDocs } from './check-docs.ts'
import { checkPackages } from './check-packages.ts'
import { checkRings } from './check-rings.ts'
import { checkSizes, describeSizes } from './check-sizes.ts'
import { type Problem, readHouse } from './house.ts'

// Prints a line for each problem of one check, or one that says what was looked at.

type Check = () => Promise<{ problems: Problem[]; seen: string }>

const checks: Record<string, Check> = {
  async arrows() {
    const house = readHouse('.')
    const problems = [...checkPackageArrows(house, arrows), ...checkRoomArrows(house, arrows)]
    return { problems, seen: `${house.packages.size} packages, ${house.sources.size} files` }
  },
  async rings() {
    return { problems: checkRings(readHouse('.')), seen: 'none' }
  },
  async addresses() {
    return { problems: checkAddresses(readHouse('.')), seen: 'none is said with its secrets' }
  },
  async docstrings() {
    const { problems, names } = checkDocs(readHouse('.'))
    return { problems, seen: `${names} public names` }
  },
  async sizes() {
    const house = readHouse('.')
    return { problems: checkSizes(house), seen: describeSizes(house) }
  },
  async generated() {
    const { problems, files } = checkGenerated()
    return { problems, seen: `${files} files` }
  },
  async packages() {
    return { problems: await checkPackages(), seen: 'manifests, publint, attw and sizes' }
  },
}

const check = checks[process.argv[2] ?? '']
if (check === undefined) throw new Error(`say which check: ${Object.keys(checks).join(', ')}`)
const { problems, seen } = await check()
for (const { path, line, message } of problems) console.log(`${path}${line ? `:${line}` : ''}: ${message}`)
if (problems.length === 0) console.log(seen)
process.exitCode = problems.length === 0 ? 0 : 1
