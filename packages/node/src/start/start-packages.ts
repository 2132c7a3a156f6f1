import {
  onModuleLoad,
  report,
  rootContext,
  runInContext,
  runningInstrumentations,
  type Stop,
  startInstrumentation,
  stopAll,
} from '@clew/core'
import type { ClewConfig } from '../config/read-config.ts'
import type { FoundPackage, ListedPackage } from '../discovery/packages.ts'

/** One that is loaded when the first of its modules is; one that has none, when one of its options is set. */
export type WaitingPackage = ListedPackage & { waits: NonNullable<ListedPackage['waits']> }

export type StartablePackage = FoundPackage | WaitingPackage

type Settings = Pick<ClewConfig, 'disabledInstrumentations' | 'instrumentations'>

const anyVersion = { from: '0.0.0', below: '9999.0.0' }

const preloadOption = /(?:^|\s)(?:-r|--require|--import|--loader|--experimental-loader)(?=[=\s]|$)/g

/**
 * Whether what Node runs before the application is this preload alone. Another one may be a loader, such as tsx, by which
 * our packages would be loaded once more, and with another copy of core, if they were not loaded before it.
 */
export function isOnlyPreload({ execArgv, env }: Pick<NodeJS.Process, 'execArgv' | 'env'>): boolean {
  const options = [...execArgv, env.NODE_OPTIONS].join(' ')
  return [...options.matchAll(preloadOption)].length <= 1
}

/** Whether it may be loaded with its library. */
export function canWait(one: ListedPackage): one is WaitingPackage {
  return one.waits !== undefined
}

/** Whether it does something without being configured, once its library is there. */
export function waitsForLibrary({ waits }: WaitingPackage): boolean {
  return waits.modules.length > 0
}

/** An instrumentation that runs, and the packages that it joins. */
export type Running = { name: string; libraries: readonly string[] }

/** `running` are the instrumentations that run, and those that will when their library is loaded. */
export function startPackages(
  packages: readonly StartablePackage[],
  settings: Settings,
): { running: Running[]; stops: Stop[] } {
  const running: Running[] = []
  const stops = packages.flatMap((one) => {
    if ('waits' in one && !waitsForLibrary(one)) return []
    const { name } = 'waits' in one ? one.waits : (one.instrumentation ?? {})
    if (name !== undefined && settings.disabledInstrumentations.includes(name)) return []
    const stop = 'waits' in one ? startWhenLoaded(one, settings) : startPackage(one, settings)
    if (name !== undefined && ('waits' in one || runningInstrumentations().includes(name)))
      running.push({ name, libraries: librariesOf(one) })
    return stop
  })
  return { running, stops }
}

function librariesOf(one: StartablePackage): string[] {
  const names =
    'waits' in one ? one.waits.modules.map(({ name }) => name) : [one.instrumentation?.library?.name ?? '']
  return [...new Set(names.filter((name) => name !== ''))]
}

function startPackage(
  { name, instrumentation, exporter, problem }: FoundPackage,
  settings: Settings,
): Stop[] {
  if (exporter) return []
  if (!instrumentation) {
    report('CLEW_INSTRUMENTATION', `${name}: ${problem}; npm install ${name}@latest, or remove it`)
    return []
  }
  return [startInstrumentation(instrumentation, settings.instrumentations[instrumentation.name])]
}

function startWhenLoaded({ waits, load, loadLater }: WaitingPackage, settings: Settings): Stop[] {
  let started: Stop[] = []
  let state: 'waiting' | 'started' | 'stopped' = 'waiting'
  // What it makes at its start must not keep the context of the request that happens to load the library.
  const start = (found: FoundPackage): void => {
    if (state !== 'stopped') started = runInContext(rootContext, () => startPackage(found, settings))
  }
  const onLoaded = (): undefined => {
    if (state !== 'waiting') return
    state = 'started'
    const found = load()
    if (found.instrumentation) start(found)
    else void loadLater().then(start)
  }
  const watches = waits.modules.map((source) => onModuleLoad({ ...source, versions: anyVersion }, onLoaded))
  const stop = (): void => {
    state = 'stopped'
    stopAll(started)
  }
  return [...watches, stop]
}
