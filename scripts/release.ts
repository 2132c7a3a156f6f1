import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { checkTarballs } from './check/check-packages.ts'
import type { Problem } from './check/house.ts'
import { packAll } from './packages.ts'
import { checkManifests, type Release, releases } from './release/manifests.ts'

const usage = `node scripts/release.ts --dry-run | --publish

Packs every package that is published, after a build, looks at each tarball (publint, types, size), and hands them to npm, those that others depend on
first. A release is made of a commit with a tag of its version (v0.1.0), by CI, which alone can prove where it was built.

  --dry-run   everything but the publishing; says what would stop a release
  --publish   publishes, with provenance; stops at the first package that npm does not take. One that is there already is passed over
`

/** Why this commit is no release. */
function obstacles(version: string): string[] {
  const git = (...words: string[]): string => execFileSync('git', words, { encoding: 'utf8' }).trim()
  const heading = readFileSync('CHANGELOG.md', 'utf8').match(/^## (.*)$/m)?.[1]
  return [
    git('status', '--porcelain') && 'files are changed and not committed',
    !git('tag', '--points-at', 'HEAD').split('\n').includes(`v${version}`) &&
      `no tag v${version} is on this commit`,
    heading !== version && `CHANGELOG.md begins with "${heading}", not with "${version}"`,
    !process.env.ACTIONS_ID_TOKEN_REQUEST_URL &&
      !process.env.SIGSTORE_ID_TOKEN &&
      'this is no CI that gives a token for provenance',
  ].filter((one) => typeof one === 'string' && one !== '') as string[]
}

async function publish(tarball: string, isDry: boolean): Promise<void> {
  const words = [
    'publish',
    tarball,
    '--access',
    'public',
    ...(isDry ? ['--dry-run', '--offline'] : ['--provenance']),
  ]
  await promisify(execFile)('npm', words, { env: { ...process.env, npm_config_update_notifier: 'false' } })
}

const isThere = ({ name, version }: Release): Promise<boolean> =>
  promisify(execFile)('npm', ['view', `${name}@${version}`, 'version']).then(
    ({ stdout }) => stdout.trim() === version,
    () => false,
  )

function say(problems: readonly Problem[]): void {
  for (const { path, message } of problems) console.error(`${path}: ${message}`)
}

async function release(isDry: boolean): Promise<number> {
  const all = releases()
  const { version } = all[0]!
  const stops = obstacles(version)
  for (const stop of stops) console.error(`${isDry ? 'would stop a release' : 'no release'}: ${stop}`)
  if (stops.length > 0 && !isDry) return 1
  const directory = mkdtempSync(join(tmpdir(), 'clew-release-'))
  try {
    const tarballs = packAll(directory)
    const problems = [...checkManifests(all), ...(await checkTarballs(tarballs))]
    say(problems)
    if (problems.length > 0) return 1
    for (const one of all) {
      const isOut = !isDry && (await isThere(one))
      if (!isOut) await publish(tarballs.get(one.name)!, isDry)
      console.log(
        `${one.name}@${version} ${isOut ? 'is there already' : isDry ? 'would be published' : 'is published'}`,
      )
    }
    console.log(`${all.length} packages`)
    return 0
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const { values } = parseArgs({
  options: { 'dry-run': { type: 'boolean' }, publish: { type: 'boolean' }, help: { type: 'boolean' } },
})
const isOne = values['dry-run'] !== values.publish
if (values.help || !isOne) console.log(usage)
process.exitCode = values.help ? 0 : isOne ? await release(values['dry-run'] === true) : 2
