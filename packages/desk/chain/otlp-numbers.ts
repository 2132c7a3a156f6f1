// Those of https://github.com/open-telemetry/opentelemetry-proto that the rows depend on.
export const kindServer = 2
export const kindClient = 3
export const kindProducer = 4
export const kindConsumer = 5

export const statusError = 2
