// The SDK as its documentation sets it up, with only the instrumentations that the applications need.
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg')
const { WinstonInstrumentation } = require('@opentelemetry/instrumentation-winston')
const { NodeSDK } = require('@opentelemetry/sdk-node')

new NodeSDK({
  instrumentations: [
    new HttpInstrumentation(),
    new ExpressInstrumentation(),
    new WinstonInstrumentation(),
    new PgInstrumentation(),
  ],
}).start()
