import type { OtlpReceiver } from '@clew/testing'
import type { ChildOptions } from './child.ts'

/** A way for a process to end, in `fixtures/ending.mjs`, after 100 records. */
export type Ending = { name: string; args: readonly string[]; signals?: NonNullable<ChildOptions['signals']> }

const way = (
  name: string,
  key: string,
  options: { flags?: string[]; signals?: Ending['signals'] } = {},
): Ending => ({
  name,
  args: [...(options.flags ?? []), 'ending.mjs', key],
  ...(options.signals === undefined ? {} : { signals: options.signals }),
})

const rejections = (mode: string): { flags: string[] } => ({ flags: [`--unhandled-rejections=${mode}`] })

/** Every way of `facts/ending.md` §2 that can be saved without write-ahead. */
export const endings: readonly Ending[] = [
  way('the loop drains', 'drain'),
  way('the loop drains later', 'drainLater'),
  way('process.exitCode is set', 'exitCode'),
  { name: 'a top-level await never settles', args: ['unsettled.mjs'] },
  way('the app has its own beforeExit listener', 'ownBeforeExit'),
  way('process.exit(0) at once', 'exitAtOnce'),
  way('process.exit(7) at once', 'exitSevenAtOnce'),
  way('process.exit later', 'exitLater'),
  way('process.exit in an HTTP handler', 'exitInHandler'),
  way('an exit listener logs', 'exitListenerLogs'),
  way('an exit listener logs and exits', 'exitListenerExits'),
  way('an exit listener throws', 'exitListenerThrows'),
  way('ten exit listeners log', 'manyExitListeners'),
  way('a throw', 'throws'),
  way('a later throw', 'throwsLater'),
  way('a thrown object', 'throwsObject'),
  way('an unhandled rejection', 'rejects'),
  way('an unhandled rejection of undefined', 'rejectsUndefined'),
  way('an unhandled rejection, strict', 'rejects', rejections('strict')),
  way('an unhandled rejection, warn', 'rejects', rejections('warn')),
  way('an unhandled rejection, none', 'rejects', rejections('none')),
  way('an uncaughtException handler exits', 'uncaughtHandlerExits'),
  way('an unhandledRejection handler exits', 'rejectionHandlerExits'),
  way('SIGTERM', 'signal', { signals: ['SIGTERM'] }),
  way('SIGINT', 'signal', { signals: ['SIGINT'] }),
  way('SIGHUP', 'signal', { signals: ['SIGHUP'] }),
  way('SIGQUIT', 'signal', { signals: ['SIGQUIT'] }),
  way('SIGUSR2', 'signal', { signals: ['SIGUSR2'] }),
  way('SIGXCPU', 'signal', { signals: ['SIGXCPU'] }),
  way('process.execve', 'execve'),
  way('SIGTERM twice', 'signal', { signals: [['SIGTERM', 'SIGTERM']] }),
  way('process.kill of itself', 'killsItself'),
  way('a SIGTERM handler closes the server', 'handlerCloses', { signals: ['SIGTERM'] }),
  way('a SIGINT handler closes the server', 'handlerCloses', { signals: ['SIGINT'] }),
  way('a SIGTERM handler exits', 'handlerExits', { signals: ['SIGTERM'] }),
  way('a SIGTERM handler throws', 'handlerThrows', { signals: ['SIGTERM'] }),
  way('once(SIGINT), then a second SIGINT', 'onceThenDies', { signals: ['SIGINT', 'SIGINT'] }),
  way('SIGTERM with signal-exit', 'signalExit', { signals: ['SIGTERM'] }),
  way('an app that listens only when nobody does', 'onlyListener', { signals: ['SIGTERM'] }),
  way('an app that prints its signal listeners', 'showsListeners'),
  way('a worker thread ends', 'workerEnds'),
  way('process.exit in a worker thread', 'workerExits'),
  way('a worker thread throws', 'workerThrows'),
  way('worker.terminate()', 'workerTerminated'),
  way('the main thread exits while a worker lives', 'mainExitsBeforeWorker'),
  way('a cluster worker is disconnected', 'clusterDisconnects'),
  way('a cluster worker is killed', 'clusterKills'),
  way('process.kill of a cluster worker', 'clusterProcessKill'),
  way('a child is disconnected', 'childDisconnected'),
  way('a child is killed', 'childKilled'),
  way('the parent of a child dies', 'parentDies'),
]

/** How many different records arrived of each run. */
export function countByRun(receiver: OtlpReceiver): Record<string, number> {
  const bodies = new Map<string, Set<unknown>>()
  for (const { resource, body } of receiver.logs) {
    const run = String(resource.run)
    bodies.set(run, (bodies.get(run) ?? new Set()).add(body))
  }
  return Object.fromEntries([...bodies].map(([run, set]) => [run, set.size]))
}
