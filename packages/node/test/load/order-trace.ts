const prefix = 'c1e50000'

/** The trace that the client starts for an order: its id tells the order's number. */
export function traceIdOf(order: number): string {
  return prefix + order.toString(16).padStart(24, '0')
}

export function traceparentOf(order: number): string {
  return `00-${traceIdOf(order)}-${order.toString(16).padStart(16, '0')}-01`
}

/** Whether the client goes away before the end of the response. */
export function isAborted(order: number): boolean {
  return order % 23 === 0
}
