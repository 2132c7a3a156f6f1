import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getCallSites, types } from 'node:util'
import {
  guard,
  type Instrumentation,
  onModuleLoad,
  runAsRoot,
  SpanKind,
  type Stop,
  wrapMethod,
} from '@clew/core'
import manifest from '@clew/node-cron/package.json' with { type: 'json' }
import type { Tracer } from '@opentelemetry/api'

/** A function, or the path of a file that exports one and runs in a process of its own. */
type Task = ((this: unknown, ...args: unknown[]) => unknown) | string
type Schedule = (expression: string, task: Task, options?: { name?: string }) => unknown
/** https://nodecron.com/api-reference.html; `createTask` since 4. */
type NodeCron = { schedule: Schedule; createTask?: Schedule }
/** A task of node-cron 4 that runs in this process: https://github.com/node-cron/node-cron/blob/v4.6.0/src/tasks/inline-scheduled-task.ts */
type InlineTask = {
  id: string
  name: string
  cronExpression: string
  runner: { onMatch: (...args: unknown[]) => unknown }
  start(): unknown
  execute(...args: unknown[]): unknown
  destroy(): unknown
}
/** The ES module exports bindings, which nobody can replace, and all of them in one object. */
type NodeCronModule = Partial<NodeCron> & { default?: NodeCron }

const versions = { from: '3.0.0', below: '5.0.0' } as const

/** Gives each run of a task a trace of its own. */
export const nodeCronInstrumentation: Instrumentation = {
  name: 'node-cron',
  version: manifest.version,
  library: { name: 'node-cron', versions },
  seam: 'start() and execute() of a task; before 4 schedule()',
  start: ({ tracer }) =>
    onModuleLoad<NodeCronModule>(
      { name: 'node-cron', esModule: 'dist/node-cron.js', versions },
      (exports) => {
        const whole = types.isModuleNamespaceObject(exports) ? [exports.default] : [exports, exports.default]
        return whole.flatMap((one) => (one?.schedule ? joinTasks(tracer, one as NodeCron) : []))
      },
    ),
}

function joinTasks(tracer: Tracer, exports: NodeCron): Stop[] {
  const tasks = prototypeOfTasks(exports)
  return tasks ? wrapTasks(tracer, tasks) : wrapSchedules(tracer, exports)
}

/** Of a task that is never started; whoever asks for all tasks does not see it. Undefined where tasks are of another make. */
function prototypeOfTasks(exports: NodeCron): InlineTask | undefined {
  const task = exports.createTask?.('* * * * *', () => {}) as Partial<InlineTask> | undefined
  task?.destroy?.()
  const { cronExpression, runner } = task ?? {}
  if (typeof cronExpression !== 'string' || typeof runner?.onMatch !== 'function') return undefined
  return Object.getPrototypeOf(task) as InlineTask
}

/** A function that an ES module imports by its name cannot be replaced; what all of them make can. */
function wrapTasks(tracer: Tracer, prototype: InlineTask): Stop[] {
  const joined = new WeakSet<InlineTask>()
  const join = (task: InlineTask): void => {
    if (joined.has(task)) return
    joined.add(task)
    const { cronExpression: expression, id, name, runner } = task
    const options = name === id ? undefined : { name }
    runner.onMatch = inRoot(tracer, { expression, task: runner.onMatch, options })
  }
  const wrap = (original: InlineTask['execute']): InlineTask['execute'] =>
    function (this: InlineTask, ...args) {
      join(this)
      return original.apply(this, args)
    }
  return (['start', 'execute'] as const).map((name) => wrapMethod('node-cron', prototype, name, wrap))
}

function wrapSchedules(tracer: Tracer, exports: NodeCron): Stop[] {
  const names = exports.createTask ? (['schedule', 'createTask'] as const) : (['schedule'] as const)
  const wrap = (original: Schedule): Schedule =>
    function schedule(this: unknown, expression, task, options) {
      // What cannot be named is node-cron's to refuse.
      const inTrace = (one: Exclude<Task, string>): Task =>
        guard('naming a task', () => inRoot(tracer, { expression, task: one, options }), one)
      const run = typeof task === 'function' ? inTrace(task) : task
      const isRelative = typeof run === 'string' && exports.createTask !== undefined
      return original.call(this, expression, isRelative ? fromCaller(run) : run, options)
    }
  return names.map((name) => wrapMethod('node-cron', exports as Required<NodeCron>, name, wrap))
}

type Scheduled = { expression: string; task: Exclude<Task, string>; options: { name?: string } | undefined }

function inRoot(tracer: Tracer, { expression, task, options }: Scheduled): Scheduled['task'] {
  const description = {
    name: `cron ${options?.name ?? expression}`,
    kind: SpanKind.INTERNAL,
    // https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas/
    attributes: { 'faas.trigger': 'timer', 'faas.cron': expression },
  }
  return function (this: unknown, ...args) {
    return runAsRoot(tracer, description, () => task.apply(this, args))
  }
}

// node-cron 4 reads from the stack whose file a path is relative to, and would find ours.
// https://github.com/node-cron/node-cron/blob/v4.6.0/src/node-cron.ts
function fromCaller(path: string): string {
  const caller = getCallSites(3)[2]?.scriptName
  if (!caller || path.startsWith('file://')) return path
  return resolve(dirname(caller.startsWith('file://') ? fileURLToPath(caller) : caller), path)
}
