import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { serviceColour, serviceColours } from './service-colour.ts'

const tokens = new Map(
  [
    ...readFileSync(`${import.meta.dirname}/styles/tokens.css`, 'utf8').matchAll(
      /--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g,
    ),
  ].map(([, name, light, dark]) => [name!, [light!, dark!] as const]),
)

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

/** The least contrast of a colour to any of the backgrounds, in light and in dark. */
function leastContrast(name: string): number {
  const ratios = ['bg', 'surface', 'raised', 'hover', 'active'].flatMap((background) =>
    [0, 1].map((mode) => {
      const both = [tokens.get(name)![mode]!, tokens.get(background)![mode]!]
        .map(luminance)
        .sort((a, b) => b - a)
      return (both[0]! + 0.05) / (both[1]! + 0.05)
    }),
  )
  return Math.min(...ratios)
}

test('every colour of a service stands out 3:1 and every colour of text 4.5:1, in light and dark', () => {
  const services = Array.from({ length: serviceColours }, (_, index) => `service-${index}`)
  const texts = ['text', 'muted', 'accent', 'info', 'warn', 'error', 'fatal', 'good']
  expect({
    pale: services.filter((name) => leastContrast(name) < 3),
    unreadable: texts.filter((name) => leastContrast(name) < 4.5),
  }).toEqual({ pale: [], unreadable: [] })
})

test('a service has the same colour in every list, and names that differ a little have different ones', () => {
  expect(['orders-api', 'orders-worker', 'orders-gateway', ''].map(serviceColour)).toEqual([
    'var(--service-3)',
    'var(--service-5)',
    'var(--service-6)',
    'var(--service-4)',
  ])
})
