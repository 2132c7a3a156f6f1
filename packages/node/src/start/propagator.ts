import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { TextMapPropagator } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator } from '@opentelemetry/core'
import type { ClewConfig } from '../config/read-config.ts'
import { traceContextPropagator, withoutRandomFlag } from './trace-context.ts'

type B3Package = {
  B3Propagator: new (config?: { injectEncoding: number }) => TextMapPropagator
  B3InjectEncoding: { MULTI_HEADER: number }
}
type JaegerPackage = { JaegerPropagator: new () => TextMapPropagator }

/** The propagators of OTEL_PROPAGATORS as one. B3 and Jaeger come from packages of the application. */
export function createPropagator(names: ClewConfig['propagators'], directory: string): TextMapPropagator {
  const load = createRequire(join(directory, 'package.json'))
  const create = (name: ClewConfig['propagators'][number]): TextMapPropagator => {
    switch (name) {
      case 'tracecontext':
        return traceContextPropagator
      case 'baggage':
        return new W3CBaggagePropagator()
      case 'b3':
        return withoutRandomFlag(new (load('@opentelemetry/propagator-b3') as B3Package).B3Propagator())
      case 'b3multi': {
        const { B3Propagator, B3InjectEncoding } = load('@opentelemetry/propagator-b3') as B3Package
        return withoutRandomFlag(new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }))
      }
      case 'jaeger':
        return withoutRandomFlag(
          new (load('@opentelemetry/propagator-jaeger') as JaegerPackage).JaegerPropagator(),
        )
    }
  }
  return new CompositePropagator({ propagators: names.map(create) })
}
