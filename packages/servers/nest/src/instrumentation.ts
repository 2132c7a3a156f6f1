import {
  bindContext,
  guard,
  type HttpRequest,
  httpRequestOf,
  type Instrumentation,
  methodNameOf,
  onModuleLoad,
  type Stop,
  setFunctionName,
  spanOf,
  stopAll,
  wrapMethod,
} from '@clew/core'
import manifest from '@clew/nest/package.json' with { type: 'json' }

/** Of Express, which is the one of node:http, or of Fastify, which has that one. */
type Request = { raw?: unknown } | null | undefined
type Handler = (req: Request, ...rest: unknown[]) => unknown
type Method = (this: unknown, ...args: never[]) => unknown

/** Makes the handler of a route: guards, interceptors, pipes and the controller's method. */
type Create = (
  this: unknown,
  controller: object,
  callback: unknown,
  methodName: string,
  ...rest: unknown[]
) => Handler
/** Below a global prefix, Nest 12 registers the answer 404 as a route of Express. */
type SetNotFoundHandler = (this: unknown, handler: Handler, ...rest: unknown[]) => unknown
/**
 * Answers with an exception of middleware, guards, handlers: by the application's filters, else by Nest's.
 * https://docs.nestjs.com/fundamentals/execution-context#argumentshost-class
 */
type Next = (this: unknown, exception: unknown, host: { getArgByIndex(index: number): Request }) => void
/** Makes the worker of a class with `@Processor`. https://docs.nestjs.com/techniques/queues#consumers */
type HandleProcessor = (this: unknown, processor: { readonly worker: object }, ...rest: unknown[]) => void
/** Makes what gets the answers of one `send()`. */
type CreateObserver = (this: unknown, observer: unknown) => (...answer: never[]) => unknown

const versions = { from: '10.0.0', below: '13.0.0' } as const

/**
 * Names the controller's method and the exception on the server span of `@clew/http`, the processor on that of a job. Answers of
 * microservices come in the context of who waits for them.
 */
export const nestInstrumentation: Instrumentation = {
  name: 'nest',
  version: manifest.version,
  library: { name: '@nestjs/core', versions },
  seam: 'RouterExecutionContext.create, ExceptionsHandler.next, BullExplorer.handleProcessor, ClientProxy.createObserver',
  start: () => {
    const stops = [
      wrapIn('core', 'router/router-execution-context.js', 'RouterExecutionContext', 'create', nameHandlers),
      wrapIn('core', 'exceptions/exceptions-handler.js', 'ExceptionsHandler', 'next', noteExceptions),
      wrapIn(
        'platform-express',
        'adapters/express-adapter.js',
        'ExpressAdapter',
        'setNotFoundHandler',
        unrouteNotFound,
      ),
      wrapIn('bullmq', 'dist/bull.explorer.js', 'BullExplorer', 'handleProcessor', nameProcessors),
      wrapIn('microservices', 'client/client-proxy.js', 'ClientProxy', 'createObserver', bindAnswers),
    ]
    return () => stopAll(stops)
  },
}

function wrapIn(
  name: string,
  file: string,
  exported: string,
  method: string,
  wrap: (original: never) => Method,
): Stop {
  // CommonJS in 10 and 11, an ES module in 12.
  const source = { name: `@nestjs/${name}`, file, esModule: file, versions }
  return onModuleLoad<Record<string, { prototype: Record<string, Method> }>>(source, (exports) =>
    wrapMethod('nest', exports[exported]!.prototype, method, (original) => wrap(original as never)),
  )
}

function nameHandlers(create: Create): Create {
  return function (controller, callback, methodName, ...rest) {
    const handler = create.call(this, controller, callback, methodName, ...rest)
    const name = methodNameOf(controller, methodName)
    return (req, ...others) => {
      tell(
        () => req,
        ({ context }) => spanOf(context)?.setAttribute('code.function.name', name),
      )
      return handler(req, ...others)
    }
  }
}

function unrouteNotFound(setNotFoundHandler: SetNotFoundHandler): SetNotFoundHandler {
  return function (handler, ...rest) {
    const unrouted: Handler = (req, ...others) => {
      tell(
        () => req,
        (request) => {
          request.route = null
        },
      )
      return handler(req, ...others)
    }
    return setNotFoundHandler.call(this, unrouted, ...rest)
  }
}

function noteExceptions(next: Next): Next {
  return function (exception, host) {
    tell(
      () => host.getArgByIndex(0),
      (request) => {
        request.error = exception
      },
    )
    return next.call(this, exception, host)
  }
}

function tell(find: () => Request, note: (request: HttpRequest) => void): void {
  const work = (): void => {
    const req = find()
    const request = httpRequestOf(req) ?? httpRequestOf(req?.raw)
    if (request) note(request)
  }
  guard('following a request through Nest', work, undefined)
}

function nameProcessors(handleProcessor: HandleProcessor): HandleProcessor {
  return function (processor, ...rest) {
    handleProcessor.call(this, processor, ...rest)
    const name = (): void => setFunctionName(processor.worker, methodNameOf(processor, 'process'))
    guard('naming a processor of Nest', name, undefined)
  }
}

// A client connects in the first request that sends by it, and its connection tells of the answers to all others.
function bindAnswers(createObserver: CreateObserver): CreateObserver {
  return function (observer) {
    return bindContext(createObserver.call(this, observer))
  }
}
