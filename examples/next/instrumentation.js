export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  // Clew has a span for each outgoing request; Next's own around it would be a second one.
  process.env.NEXT_OTEL_FETCH_DISABLED ??= '1'
  const { startClew } = await import('@clew/node')
  const { addRouteSource } = await import('@clew/core')
  startClew()
  // Next names the route on the span when its work is done; a client that has its answer by then ended the span before.
  const requestMeta = Symbol.for('NextInternalRequestMeta')
  addRouteSource((request) => {
    const route = request[requestMeta]?.match?.definition.pathname
    return route === '/_not-found' ? undefined : route
  })
}
