/**
 * Measures each system once a round. The order turns from round to round, so that none is always first, and
 * what the machine does meanwhile meets all of them alike.
 */
export async function interleave<System extends string, T>(
  systems: readonly System[],
  rounds: number,
  say: (text: string) => void,
  measure: (system: System) => Promise<T>,
): Promise<Record<System, T[]>> {
  const samples = Object.fromEntries(systems.map((system) => [system, [] as T[]])) as Record<System, T[]>
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < systems.length; turn++) {
      const system = systems[(round + turn) % systems.length]!
      say(`round ${round + 1} of ${rounds}: ${system}`)
      samples[system].push(await measure(system))
    }
  }
  return samples
}
