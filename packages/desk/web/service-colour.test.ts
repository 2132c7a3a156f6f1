import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { colourValue, looksIn, serviceColours, serviceLook } from './service-colour.ts'

const tokens = new Map(
  [
    ...readFileSync(`${import.meta.dirname}/styles/tokens.css`, 'utf8').matchAll(
      /--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g,
    ),
  ].map(([, name, light, dark]) => [name!, [light!, dark!] as const]),
)
const serviceColour = (name: string) => colourValue(serviceLook(name))
const services = Array.from({ length: serviceColours }, (_, index) => `service-${index}`)

type Rgb = [red: number, green: number, blue: number]

/** Linear light, 0 to 1. */
function lightOf(colour: string): Rgb {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [part(1), part(3), part(5)]
}

function luminance(colour: string): number {
  const [red, green, blue] = lightOf(colour)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}

/** The least contrast of a colour to any of the backgrounds, in light and in dark. */
function leastContrast(name: string): number {
  const ratios = ['bg', 'surface', 'raised', 'hover', 'active'].flatMap((background) =>
    [0, 1].map((mode) => contrast(tokens.get(name)![mode]!, tokens.get(background)![mode]!)),
  )
  return Math.min(...ratios)
}

/** OKLab: https://bottosson.github.io/posts/oklab/ */
function oklab([red, green, blue]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

/** What one who sees no green sees: Machado, Oliveira and Fernandes, 2009. */
function withoutGreen([red, green, blue]: Rgb): Rgb {
  const within = (value: number) => Math.min(1, Math.max(0, value))
  return [
    within(0.367322 * red + 0.860646 * green - 0.227968 * blue),
    within(0.280085 * red + 0.672501 * green + 0.047413 * blue),
    within(-0.01182 * red + 0.04294 * green + 0.968881 * blue),
  ]
}

function leastDistance(names: readonly string[], see: (rgb: Rgb) => Rgb): number {
  const distances = [0, 1].flatMap((mode) => {
    const seen = names.map((name) => oklab(see(lightOf(tokens.get(name)![mode]!))))
    return seen.flatMap((one, at) =>
      seen.slice(at + 1).map((other) => Math.hypot(...one.map((value, axis) => value - other[axis]!))),
    )
  })
  return Math.min(...distances)
}

test('every colour of a service stands out 3:1 and every colour of text 4.5:1, in light and dark', () => {
  const texts = ['text', 'muted', 'accent', 'info', 'warn', 'error', 'fatal', 'good']
  expect({
    pale: services.filter((name) => leastContrast(name) < 3),
    unreadable: texts.filter((name) => leastContrast(name) < 4.5),
  }).toEqual({ pale: [], unreadable: [] })
})

test('the text of a bar is read on every colour of a service, in light and dark', () => {
  const pale = services.filter((name) =>
    [0, 1].some((mode) => contrast(tokens.get(name)![mode]!, tokens.get('on-service')![mode]!) < 4.5),
  )
  expect(pale).toEqual([])
})

test('no two colours of services are hard to tell apart, also for one who sees no green; 0.02 is what is just seen', () => {
  expect(leastDistance(services, (rgb) => rgb)).toBeGreaterThan(0.1)
  expect(leastDistance(services, withoutGreen)).toBeGreaterThan(0.035)
  expect(leastDistance([...services, 'error'], (rgb) => rgb)).toBeGreaterThan(0.1)
})

const names = (count: number, what = 'shop') => Array.from({ length: count }, (_, at) => `${what}-${at}`)

test('as many services as there are colours have one each, the same one in every list and view', () => {
  const all = names(serviceColours)
  const lists = all.map(serviceColour)
  const view = looksIn(all.toReversed())
  expect(new Set(lists).size).toBe(serviceColours)
  expect(all.map((name) => `var(--service-${view(name).colour})`)).toEqual(lists)
  expect(all.map((name) => view(name).sign)).toEqual(all.map(() => 0))
})

test('no two services of one view look the same, however many there are, and more of them change none that is there', () => {
  const first = looksIn(names(30, 'first'))
  const grown = looksIn([...names(30, 'first'), ...names(15, 'later')])
  const looks = [...names(30, 'first'), ...names(15, 'later')].map((name) => JSON.stringify(grown(name)))
  expect(new Set(looks).size).toBe(45)
  expect(names(30, 'first').map(grown)).toEqual(names(30, 'first').map(first))
})

test('a view of few services has no signs, however many were seen before', () => {
  const all = names(60, 'many')
  all.forEach(serviceColour)
  for (let from = 0; from + serviceColours <= all.length; from += 7) {
    const few = all.slice(from, from + serviceColours)
    const view = looksIn(few)
    expect(new Set(few.map((name) => view(name).colour)).size).toBe(serviceColours)
  }
})
