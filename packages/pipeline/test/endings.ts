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

/** Ways in which nothing of ours runs any more, in the same fixture: the records are there with write-ahead alone. */
export const suddenEndings: readonly Ending[] = [
  way('SIGKILL', 'signal', { signals: ['SIGKILL'] }),
  way('SIGKILL while the loop is blocked', 'blocksForEver', { signals: ['SIGKILL'] }),
  way('SIGSYS', 'signal', { signals: ['SIGSYS'] }),
  way('process.abort', 'aborts'),
  way('no memory is left', 'fillsHeap', { flags: ['--max-old-space-size=24'] }),
  way('an uncaughtException handler throws', 'uncaughtHandlerThrows'),
  way('an exit listener logs, then throws', 'exitListenerLogsAndThrows'),
]

const kills = (where: string, key: string, signal: NodeJS.Signals = 'SIGTERM'): Ending => ({
  name: `process.kill of itself by ${signal} ${where}`,
  args: ['killing.mjs', key, signal],
})
const ends = (name: string, key: string, signals: NodeJS.Signals[] = []): Ending => ({
  name,
  args: ['killing.mjs', key],
  signals,
})

/** Every way in which a process ends itself that leaves JavaScript no later moment, in `fixtures/killing.mjs`. */
export const ownEndings: readonly Ending[] = [
  ...(['SIGTERM', 'SIGINT', 'SIGUSR2', 'SIGPROF', 'SIGKILL'] as const).flatMap((signal) => [
    kills('at once', 'atOnce', signal),
    kills('in an exit listener', 'inExit', signal),
  ]),
  kills('later', 'later'),
  kills('in a microtask', 'inMicrotask'),
  kills('after process.exit', 'inExitAfterExit'),
  kills('between other exit listeners', 'betweenExitListeners'),
  kills('in a beforeExit listener', 'inBeforeExit'),
  kills('in a listener of another signal', 'inOtherListener'),
  kills('in once() of the signal', 'inOnce'),
  kills('in a listener of the signal, which stays', 'inListener'),
  kills('in an exit listener, with a listener of the signal', 'inExitWithListener'),
  kills('in an uncaughtException listener', 'inUncaughtException'),
  kills('in an unhandledRejection listener', 'inRejection'),
  kills('and its group', 'withGroup'),
  kills('as the leader of a group', 'asLeader'),
  kills('in a worker thread', 'inWorker'),
  kills('when a worker thread ends', 'whenWorkerEnds'),
  ends('a child kills it in an exit listener', 'byChildInExit'),
  ends('SIGTERM while an exit listener never returns', 'loopsInExit', ['SIGTERM']),
  ends('process.reallyExit', 'reallyExits'),
  ends('process.reallyExit without a code', 'reallyExitsBare'),
  ends('process.reallyExit in an exit listener', 'reallyExitsInExit'),
  ends('process.reallyExit in a worker thread', 'reallyExitsInWorker'),
  ends('process.exit() in an exit listener', 'exitsInExit'),
  ends('process.exit of another code in an exit listener', 'exitsInExitAnew'),
  ends('process.exitCode in an exit listener', 'setsCodeInExit'),
  ends('process.kill that throws, or of a signal that ends nothing', 'tellsMistakes'),
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
