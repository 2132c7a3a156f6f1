import { createHiddenSlot, guard, type HiddenSlot, type Stop, stopAll, wrapMethod } from '@clew/core'
import { mountText, type Path, singlePaths } from './path.ts'
import { type Alternative, Pattern } from './pattern.ts'

/** A router's entry for one middleware or route. */
export type Layer = { readonly route?: Route | undefined; match(path: string): unknown }
export type Route = { readonly methods: Readonly<Record<string, boolean>> }

type Router = { caseSensitive: unknown; strict: unknown; stack: Layer[] }
type Use = (this: Router, ...args: unknown[]) => unknown
type MakeRoute = (this: Router, path: Path) => Route
export type RouterMethods = { use: Use; route: MakeRoute }

/** Of the layers of all routers, and of their routes. */
export const patterns: HiddenSlot<Pattern> = createHiddenSlot<Pattern>()

/**
 * Notes the pattern of each layer that `use` and `route` register, which all other ways end in. `made` hears of each
 * layer.
 */
export function noteRegistrations(methods: RouterMethods, made: (layer: Layer) => void): Stop {
  const stops = [
    wrapMethod(
      'express',
      methods,
      'use',
      (use) =>
        function (...args) {
          const before = this.stack.length
          const result = use.apply(this, args)
          const path = pathOfUse(args)
          const probe = (single: string | RegExp): Layer | undefined =>
            probeLayer(this, (alone) => use.call(alone, single, () => {}))
          note(this, before, () => patternOf(this, false, path, probe))
          return result
        },
    ),
    wrapMethod(
      'express',
      methods,
      'route',
      (makeRoute) =>
        function (path) {
          const before = this.stack.length
          const route = makeRoute.call(this, path)
          const probe = (single: string | RegExp): Layer | undefined =>
            probeLayer(this, (alone) => makeRoute.call(alone, single))
          note(this, before, () => patternOf(this, true, path, probe))
          return route
        },
    ),
  ]
  return () => stopAll(stops)

  function note(router: Router, before: number, describe: () => Pattern): void {
    guard(
      'reading the path of a layer of express',
      () => {
        const pattern = describe()
        for (const layer of router.stack.slice(before)) {
          patterns.set(layer, pattern)
          if (layer.route) patterns.set(layer.route, pattern)
          made(layer)
        }
      },
      undefined,
    )
  }
}

// As `use` itself finds it: the first argument, unless that is a function or a list that begins with one.
function pathOfUse([first]: unknown[]): Path {
  let argument = first
  while (Array.isArray(argument) && argument.length > 0) argument = argument[0]
  return typeof argument === 'function' ? '/' : (first as Path)
}

function patternOf(
  router: Router,
  isRoute: boolean,
  path: Path,
  probe: (single: string | RegExp) => Layer | undefined,
): Pattern {
  const textOf = isRoute ? String : mountText
  const singles = singlePaths(path)
  const text = singles.map(textOf).join(',')
  if (singles.length < 2) return new Pattern(router, isRoute, text)
  const alternatives = singles.map((single): Alternative => {
    const layer = probe(single)
    return { text: textOf(single), matches: (seen) => Boolean(layer?.match(seen)) }
  })
  return new Pattern(router, isRoute, text, alternatives)
}

/** A layer of its own for one of several paths: nothing else knows how the library of this version matches. */
function probeLayer(
  { caseSensitive, strict }: Router,
  register: (alone: Router) => unknown,
): Layer | undefined {
  const alone: Router = { caseSensitive, strict, stack: [] }
  register(alone)
  return alone.stack[0]
}
