import type { Manifest } from './application.ts'

/** A script of a package.json, and what becomes of it. */
export type ScriptChange = { name: string; from: string; to: string }

const preload = '--require @clew/node/register'

/** The scripts that start an application in production; Nest's `start` is its compiler. */
const startScripts = ['start', 'start:prod']

// The word that starts Node, at the begin or behind &&, after variables such as PORT=1 and cross-env.
const startsNode = /(?:^|&&|\|\||;)\s*(?:cross-env\s+|\w+=(?:"[^"]*"|'[^']*'|[^\s"']+)\s+)*node(?=\s)/g

const namesPreload = /(^|[\s"'=])(?:--require|--import|-r)[ =]@clew\/node\/register(?:\.cjs)?(?=$|[\s"'])/g

/** The start script under the preload; undefined when it is so already, or when it does not start Node by its name. */
export function withPreload({ scripts = {} }: Manifest): ScriptChange | undefined {
  for (const name of startScripts) {
    const from = scripts[name]
    if (from === undefined || from.search(namesPreload) >= 0) continue
    const last = [...from.matchAll(startsNode)].at(-1)
    if (last === undefined) continue
    const end = last.index + last[0].length
    return { name, from, to: `${from.slice(0, end)} ${preload}${from.slice(end)}` }
  }
  return undefined
}

/** Whether a start script has the preload. */
export function hasPreload({ scripts = {} }: Manifest): boolean {
  return startScripts.some((name) => (scripts[name] ?? '').search(namesPreload) >= 0)
}

/** Every script that names the preload, without it. */
export function withoutPreload({ scripts = {} }: Manifest): ScriptChange[] {
  return Object.entries(scripts).flatMap(([name, from]) => {
    const to = from.replaceAll(namesPreload, (_, before: string) => (/\s/.test(before) ? '' : before))
    return to === from ? [] : [{ name, from, to }]
  })
}
