import { decodeError } from '../decode-error.ts'

/** Where in the JSON text a value is; written out only for an error. */
export type Place = { outer: Place | undefined; key: string | number }

export function inside(outer: Place | undefined, key: string | number): Place {
  return { outer, key }
}

export function failAt(place: Place | undefined, problem: string): never {
  throw decodeError('CLEW_OTLP_JSON', formatPlace(place) || 'top level', problem)
}

export function formatPlace(place: Place | undefined): string {
  if (place === undefined) return ''
  const outer = formatPlace(place.outer)
  if (typeof place.key === 'number') return `${outer}[${place.key}]`
  return outer === '' ? place.key : `${outer}.${place.key}`
}
