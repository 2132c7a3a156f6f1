/** The one bound over every encoded record in memory: being filled, waiting, and on the wire. */
export type MemoryBudget = { used: number; max: number }

export const defaultQueueBytes: number = 64 * 1024 * 1024

export function createMemoryBudget(maxBytes: number): MemoryBudget {
  return { used: 0, max: maxBytes }
}
