import type { ChildOptions } from './preloaded-child.ts'

/** A way for an application to end, in `fixtures/winston/ending.cjs`, after so many records. */
export type Ending = { name: string; way: string; records: number; signals: ChildOptions['signals'] }

const ending = (name: string, way: string, signals: ChildOptions['signals'] = [], records = 100): Ending => ({
  name,
  way,
  records,
  signals,
})

export const endings: readonly Ending[] = [
  ending('the loop drains', 'drain'),
  ending('the loop drains later', 'drainLater'),
  ending('process.exitCode is set', 'exitCode'),
  ending('the app has its own beforeExit listener', 'ownBeforeExit'),
  ending('process.exit when the logger has finished', 'loggerEnds'),
  ending('process.exit at once', 'exitAtOnce'),
  ending('process.exit at once, after 5 records', 'fiveRecords', [], 5),
  ending('process.exit later', 'exitLater'),
  ending('process.exit in an HTTP handler', 'exitInHandler'),
  ending('an exit listener logs', 'exitListenerLogs'),
  ending('an exit listener logs and exits', 'exitListenerExits'),
  ending('a throw', 'throws'),
  ending('a later throw', 'throwsLater'),
  ending('an unhandled rejection', 'rejects'),
  ending('an uncaughtException handler logs and exits', 'uncaughtHandlerExits'),
  ending('an unhandledRejection handler logs and exits', 'rejectionHandlerExits'),
  ending('winston handles an exception and exits', 'winstonHandlesException'),
  ending('winston handles a rejection and exits', 'winstonHandlesRejection'),
  ending('winston handles an exception and goes on', 'winstonGoesOn'),
  ending('SIGTERM', 'signal', ['SIGTERM']),
  ending('SIGINT', 'signal', ['SIGINT']),
  ending('SIGTERM twice', 'signal', [['SIGTERM', 'SIGTERM']]),
  ending('a SIGTERM handler logs and closes the server', 'handlerDrains', ['SIGTERM']),
  ending('a SIGTERM handler logs and exits', 'handlerExits', ['SIGTERM']),
  ending('a SIGTERM handler logs and throws', 'handlerThrows', ['SIGTERM']),
  ending('once(SIGINT), then a second SIGINT', 'onceThenDies', ['SIGINT', 'SIGINT']),
  ending('SIGTERM with signal-exit', 'signalExit', ['SIGTERM']),
  ending('an exit listener logs and kills its process', 'exitListenerKills'),
  ending('a beforeExit listener logs and kills its process', 'beforeExitKills'),
  ending('SIGKILL of itself', 'killsItselfHard'),
  ending('a worker thread ends', 'workerEnds'),
  ending('process.exit in a worker thread', 'workerExits'),
  ending('a worker thread with its own env ends', 'workerHasOwnEnvironment'),
  ending('a worker thread throws', 'workerThrows'),
  ending('worker.terminate()', 'workerTerminated'),
  ending('the main thread exits while a worker lives', 'mainExitsBeforeWorker'),
  ending('a cluster worker is disconnected', 'clusterDisconnects'),
  ending('a cluster worker is killed', 'clusterKills'),
  ending('a child is disconnected', 'childDisconnected'),
  ending('a child is killed', 'childKilled'),
]

/** Of them, those that an application with pino may have, and one of its own. */
export const pinoEndings: readonly Ending[] = [
  ...endings.filter(({ way }) => !way.startsWith('winston') && way !== 'loggerEnds'),
  ending('fatal(), then process.exit', 'fatalExits'),
]
