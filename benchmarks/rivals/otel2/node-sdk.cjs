// The SDK as its documentation sets it up, with only the instrumentations that the application needs.
const { NodeSDK } = require('@opentelemetry/sdk-node')

const named = process.env.BENCHMARK_INSTRUMENTATIONS ?? 'http express winston pg'
const packageOf = (name) => (name === 'fastify' ? '@fastify/otel' : `@opentelemetry/instrumentation-${name}`)

const instrumentations = named.split(' ').map((name) => {
  const exported = Object.values(require(packageOf(name)))
  const Instrumentation = exported.find((value) => String(value.name).endsWith('Instrumentation'))
  // That of Fastify is a plugin to register unless it is told otherwise.
  return new Instrumentation(name === 'fastify' ? { registerOnInitialization: true } : {})
})

new NodeSDK({ instrumentations }).start()
