import type { Tracer } from '@opentelemetry/api'
import { registeredTracer } from '../api/registered-api.ts'
import { guard, report } from '../process/report.ts'
import { sharedState } from '../process/state.ts'
import { attachedVersions } from '../process/status.ts'
import type { VersionRange } from './installed-package.ts'

/** Undoes a start. Never throws; calling it twice does nothing. */
export type Stop = () => void

/**
 * Stops what was started, the last first, as wraps around wraps must come off. The list is empty afterwards, so that
 * each is stopped once. One that throws is reported and does not keep the others. Never throws.
 */
export function stopAll(stops: Stop[]): void {
  for (let stop = stops.pop(); stop; stop = stops.pop()) guard('stopping', stop, undefined)
}

/**
 * One option of an instrumentation. In preload mode it is set by the environment variable
 * `CLEW_<INSTRUMENTATION>_<OPTION>` or in clew.yaml under `<instrumentation>: { <option>: … }`.
 */
export type OptionSpec =
  | { kind: 'boolean'; default: boolean; about: string }
  | { kind: 'number'; default: number; min?: number; about: string }
  | { kind: 'text'; default: string; about: string }
  /** Comma-separated in the environment. */
  | { kind: 'list'; default: readonly string[]; about: string }
  | { kind: 'choice'; default: string; values: readonly string[]; about: string }
  /** `name=value,name=value` in the environment; `values` limits the values. */
  | { kind: 'map'; default: Readonly<Record<string, string>>; values?: readonly string[]; about: string }

/** The options of an instrumentation by their names, as `options.<instrumentation>` in clew.yaml has them. */
export type OptionSpecs = { readonly [name: string]: OptionSpec }

type OptionValue<S extends OptionSpec> = S extends { kind: 'choice'; values: readonly (infer V)[] }
  ? V
  : S extends { kind: 'map'; values: readonly (infer V extends string)[] }
    ? Readonly<Record<string, V>>
    : S extends { kind: 'list' }
      ? readonly string[]
      : S['default'] extends boolean
        ? boolean
        : S['default'] extends number
          ? number
          : S['default'] extends string
            ? string
            : S['default']

/** The values of the options, each given or its default. */
export type OptionValues<S extends OptionSpecs> = { readonly [K in keyof S]: OptionValue<S[K]> }

/** What an instrumentation works with. */
export type Runtime<S extends OptionSpecs = OptionSpecs> = {
  tracer: Tracer
  options: OptionValues<S>
}

/**
 * Joins one library to the call chain. `start` attaches to the library's seam, loaded already or later, and returns
 * the way back. Starting one twice is safe: the second start does nothing.
 */
export type Instrumentation<S extends OptionSpecs = OptionSpecs> = {
  /** The library's name, such as `bullmq`; also the prefix of its options. */
  readonly name: string
  readonly version: string
  /** The library that it joins and the versions it knows; absent for what Node itself brings. */
  readonly library?: { readonly name: string; readonly versions: VersionRange }
  /** Where it attaches, in a few words, as `clew doctor` prints it. */
  readonly seam?: string
  readonly options?: S
  // A method, not a property: an Instrumentation with narrow options is an Instrumentation.
  start(runtime: Runtime<S>): Stop
}

/** The defaults of all options, with `given` over them. A map has no other names than those that were given: not `constructor`. */
export function optionValues<S extends OptionSpecs>(
  specs: S | undefined,
  given: Partial<OptionValues<S>> = {},
): OptionValues<S> {
  const values: Record<string, unknown> = {}
  for (const [name, { default: value }] of Object.entries(specs ?? {})) values[name] = value
  Object.assign(values, given)
  for (const [name, { kind }] of Object.entries(specs ?? {}))
    if (kind === 'map') values[name] = Object.assign(Object.create(null), values[name])
  return values as OptionValues<S>
}

/** Names of instrumentations that run now. */
const running = sharedState('running', () => new Set<string>())

/** The packages that each instrumentation of a library listens for, and the one that is being started. */
const listening = sharedState('listening', () => ({
  starting: undefined as Set<string> | undefined,
  byName: new Map<string, Set<string>>(),
}))

/** Notes that what is being started listens for a package. */
export function noteListening(packageName: string): void {
  listening.starting?.add(packageName)
}

/**
 * Names of the instrumentations that run and are attached to nothing: none of their libraries was loaded, or handed over by
 * `joinBundled()`. Those of what Node itself brings are none of them.
 */
export function waitingInstrumentations(): string[] {
  const isWaiting = (name: string): boolean => {
    const packages = [...(listening.byName.get(name) ?? [])]
    return packages.length > 0 && packages.every((one) => attachedVersions(one).length === 0)
  }
  return [...running].filter(isWaiting)
}

/**
 * Starts an instrumentation once per process, with the defaults of its options under `given` and, unless `tracer` is
 * there, the Tracer of the registered SDK. A failing start is reported and leaves the library alone. Never throws.
 */
export function startInstrumentation<S extends OptionSpecs>(
  instrumentation: Instrumentation<S>,
  given: Partial<OptionValues<S>> = {},
  tracer: Tracer = registeredTracer(`@clew/${instrumentation.name}`, instrumentation.version),
): Stop {
  const { name } = instrumentation
  if (running.has(name)) return () => {}
  const packages = new Set<string>()
  if (instrumentation.library) listening.byName.set(name, packages)
  listening.starting = packages
  try {
    const stop = instrumentation.start({ tracer, options: optionValues(instrumentation.options, given) })
    running.add(name)
    return () => {
      if (running.delete(name)) guard(`stopping ${name}`, stop, undefined)
    }
  } catch (error) {
    report(
      'CLEW_INSTRUMENTATION',
      `${name} could not start: ${error instanceof Error ? error.message : error}`,
    )
    return () => {}
  } finally {
    listening.starting = undefined
  }
}

/** Names of the instrumentations that run now. */
export function runningInstrumentations(): string[] {
  return [...running]
}
