import { report } from '@clew/core'
import { createIdWatch, type IdWatch } from '@clew/pipeline'
import type { ClewConfig } from '../config/read-config.ts'
import type { SamplerChoice } from '../tracer/samplers.ts'

/** Undefined where no trace is chosen by the end of its id: no share of records is kept (`keeps`), and none of spans. */
export function watchIds(
  { randomness, sampler }: Pick<ClewConfig, 'randomness' | 'sampler'>,
  keeps: boolean,
): IdWatch | undefined {
  if (randomness === 'hash' || !(keeps || choosesByRatio(sampler))) return undefined
  return createIdWatch((chiSquare) =>
    report(
      'CLEW_POOR_IDS',
      `the last 14 digits of the trace ids that come from other services are not random (chi-square ${chiSquare} over 4,096 of them, random ones have less than 150): what is kept of their traces is no fair share; write CLEW_KEEP_RANDOMNESS=hash in all services`,
    ),
  )
}

/** Of traces that began elsewhere. */
function choosesByRatio({ name, ratio, parents }: SamplerChoice): boolean {
  if (name === 'traceidratio') return ratio > 0 && ratio < 1
  return Object.values(parents ?? {}).some(choosesByRatio)
}
