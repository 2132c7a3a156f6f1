import {
  bindContext,
  type HttpRequest,
  httpRequestOf,
  type Instrumentation,
  methodNameOf,
  onModuleLoad,
  reportThrown,
  setFunctionName,
  spanOf,
  stopAll,
  wrapMethod,
} from '@clew/core'
import manifest from '@clew/nest/package.json' with { type: 'json' }

/** Of Express, which is the one of node:http, or of Fastify, which has that one. */
type Request = object & { raw?: unknown }
type Handler = (req: Request, ...rest: unknown[]) => unknown
/** https://docs.nestjs.com/fundamentals/execution-context#argumentshost-class */
type ArgumentsHost = { getArgByIndex(index: number): Request }

type RouterModule = {
  RouterExecutionContext: {
    prototype: {
      /** Makes the handler of a route: guards, interceptors, pipes and the controller's method. */
      create(controller: object, callback: unknown, methodName: string, ...rest: unknown[]): Handler
    }
  }
}
type AdapterModule = {
  ExpressAdapter: {
    prototype: {
      /** Below a global prefix, Nest 12 registers the answer 404 as a route of Express. */
      setNotFoundHandler(handler: Handler, ...rest: unknown[]): unknown
    }
  }
}
type ExceptionsModule = {
  ExceptionsHandler: {
    prototype: {
      /** Answers with an exception of middleware, guards, handlers: by the application's filters, else by Nest's. */
      next(exception: unknown, host: ArgumentsHost): void
    }
  }
}
/** https://docs.nestjs.com/techniques/queues#consumers */
type WorkerHost = { readonly worker: object }
type BullModule = {
  BullExplorer: {
    prototype: {
      /** Makes the worker of a class with `@Processor`. */
      handleProcessor(processor: WorkerHost, ...rest: unknown[]): void
    }
  }
}
type ClientModule = {
  ClientProxy: {
    prototype: {
      /** Makes what gets the answers of one `send()`. */
      createObserver(observer: unknown): (...answer: never[]) => unknown
    }
  }
}

const versions = { from: '10.0.0', below: '13.0.0' } as const
// CommonJS in 10 and 11, an ES module in 12.
const fileOf = (name: string, file: string) => ({ name, file, esModule: file, versions })

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
      onModuleLoad<RouterModule>(
        fileOf('@nestjs/core', 'router/router-execution-context.js'),
        ({ RouterExecutionContext }) => nameHandlers(RouterExecutionContext.prototype),
      ),
      onModuleLoad<AdapterModule>(
        fileOf('@nestjs/platform-express', 'adapters/express-adapter.js'),
        ({ ExpressAdapter }) => unrouteNotFound(ExpressAdapter.prototype),
      ),
      onModuleLoad<ExceptionsModule>(
        fileOf('@nestjs/core', 'exceptions/exceptions-handler.js'),
        ({ ExceptionsHandler }) => noteExceptions(ExceptionsHandler.prototype),
      ),
      onModuleLoad<BullModule>(fileOf('@nestjs/bullmq', 'dist/bull.explorer.js'), ({ BullExplorer }) =>
        nameProcessors(BullExplorer.prototype),
      ),
      onModuleLoad<ClientModule>(
        fileOf('@nestjs/microservices', 'client/client-proxy.js'),
        ({ ClientProxy }) => bindAnswers(ClientProxy.prototype),
      ),
    ]
    return () => stopAll(stops)
  },
}

function nameHandlers(prototype: RouterModule['RouterExecutionContext']['prototype']) {
  return wrapMethod('nest', prototype, 'create', (create) => {
    return function (this: unknown, controller, callback, methodName, ...rest) {
      const handler = create.call(this as never, controller, callback, methodName, ...rest)
      const name = methodNameOf(controller, methodName)
      return (req, ...others) => {
        withRequest(
          () => req,
          ({ context }) => spanOf(context)?.setAttribute('code.function.name', name),
        )
        return handler(req, ...others)
      }
    }
  })
}

function unrouteNotFound(prototype: AdapterModule['ExpressAdapter']['prototype']) {
  return wrapMethod('nest', prototype, 'setNotFoundHandler', (setNotFoundHandler) => {
    return function (this: unknown, handler, ...rest) {
      const unrouted = (req: Request, res: unknown, next: unknown): unknown => {
        withRequest(
          () => req,
          (request) => {
            request.route = null
          },
        )
        return handler(req, res, next)
      }
      return setNotFoundHandler.call(this as never, unrouted, ...rest)
    }
  })
}

function noteExceptions(prototype: ExceptionsModule['ExceptionsHandler']['prototype']) {
  return wrapMethod('nest', prototype, 'next', (next) => {
    return function (this: unknown, exception, host) {
      withRequest(
        () => host.getArgByIndex(0),
        (request) => {
          request.error = exception
        },
      )
      return next.call(this as never, exception, host)
    }
  })
}

function withRequest(read: () => Request | null | undefined, tell: (request: HttpRequest) => void): void {
  try {
    const req = read()
    if (typeof req !== 'object' || req === null) return
    const { raw } = req
    const request = httpRequestOf(req) ?? (typeof raw === 'object' && raw ? httpRequestOf(raw) : undefined)
    if (request) tell(request)
  } catch (error) {
    reportThrown('following a request through Nest', error)
  }
}

function nameProcessors(prototype: BullModule['BullExplorer']['prototype']) {
  return wrapMethod('nest', prototype, 'handleProcessor', (handleProcessor) => {
    return function (this: unknown, processor, ...rest) {
      handleProcessor.call(this as never, processor, ...rest)
      try {
        setFunctionName(processor.worker, methodNameOf(processor, 'process'))
      } catch (error) {
        reportThrown('naming a processor of Nest', error)
      }
    }
  })
}

// A client connects in the first request that sends by it, and its connection tells of the answers to all others.
function bindAnswers(prototype: ClientModule['ClientProxy']['prototype']) {
  return wrapMethod('nest', prototype, 'createObserver', (createObserver) => {
    return function (this: unknown, observer) {
      return bindContext(createObserver.call(this as never, observer))
    }
  })
}
