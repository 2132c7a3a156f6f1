import { type OptionSpecs, optionValues } from '@clew/core'
import { kafkaExporter } from '@clew/kafka-exporter'
import { describe, expect, it } from 'vitest'
import * as parser from 'yaml'
// No dependency of this package: applications of its tests would find it.
import { prometheusExporter } from '../../../exporters/prometheus-exporter/src/index.ts'
import { configurableOf } from '../destinations/open-exporters.ts'
import { optionSettings } from './instrumentation-options.ts'
import { coreSettings, readConfig } from './read-config.ts'

/** An option of each kind that an instrumentation may have. */
const kinds = {
  name: 'kinds',
  options: {
    choice: { kind: 'choice', default: 'auto', values: ['auto', 'link'], about: 'a' },
    map: { kind: 'map', default: {}, values: ['link'], about: 'b' },
    list: { kind: 'list', default: [], about: 'c' },
    number: { kind: 'number', default: 1, min: 0, about: 'd' },
    boolean: { kind: 'boolean', default: false, about: 'e' },
    text: { kind: 'text', default: '', about: 'f' },
  } as const satisfies OptionSpecs,
}

const secret = 'S3cr3t-aB9xKq'
const texts = [
  secret,
  `Bearer ${secret}`,
  `authorization=Bearer ${secret},${secret}`,
  `a=%zz${secret},${secret}=%zz`,
  `https://me:${secret}@host:99999/x?key=${secret}`,
  `me:${secret}@host:4318`,
  `/run/secrets/${secret}.pem`,
  `-----BEGIN PRIVATE KEY-----${secret}`,
]

const keepRuleParts = ['level', 'module', 'event', 'service', 'where', 'keep', 'hold']
const kafka = configurableOf(kafkaExporter)
const configurables = [kinds, kafka, prometheusExporter]
const settings = [...coreSettings(), ...configurables.flatMap((one) => [...optionSettings(one).values()])]

function problemsOf(env: Record<string, string>, text?: string): string {
  const { problems } = readConfig({
    // With TLS, so that the files of certificates are read.
    env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://host', ...env },
    yaml: text === undefined ? undefined : { path: 'clew.yaml', text, parser },
    instrumentations: configurables,
    readFile: (path) => {
      throw new Error(`ENOENT: no such file or directory, open '/app/${path}'`)
    },
    isInstalled: () => false,
  })
  return problems.join('\n')
}

function yamlOf(key: string, value: unknown): string {
  return JSON.stringify(key.split('.').reduceRight((inner, name) => ({ [name]: inner }), value))
}

describe('what is said of a value that is refused shows no secret that was written there', () => {
  it.each(settings)('$env', ({ env, yaml }) => {
    const said = texts.flatMap((text) => [
      problemsOf({ [env]: text }),
      ...(yaml === undefined
        ? []
        : [text, [text], { a: [text] }, { [text]: null }].map((value) =>
            problemsOf({}, yamlOf(yaml, value)),
          )),
    ])
    expect(said.filter((line) => line.includes(secret))).toEqual([])
  })

  it.each(settings)('and one that is no text at all ends nothing: $env', ({ yaml }) => {
    const odd = { toString: 1, valueOf: 2 }
    const values = [odd, [odd], [[odd]], null, [null], [], Number.NaN, { a: odd }]
    const rules =
      yaml === 'keep.rules' ? keepRuleParts.flatMap((part) => values.map((value) => [{ [part]: value }])) : []
    for (const value of yaml === undefined ? [] : [...values, ...rules])
      expect(typeof problemsOf({}, yamlOf(yaml!, value))).toBe('string')
  })

  it.each(Object.keys(kafka.options))('when an exporter opens with it: %s', (option) => {
    const said: unknown[] = []
    const tools = {
      createThreadSender: () => {
        throw new Error('nothing is sent')
      },
      say: (...line: string[]) => said.push(line),
    }
    for (const text of texts) {
      const given = { brokers: ['host:9092'], [option]: option === 'brokers' ? [text] : text }
      said.push(kafkaExporter.open(optionValues(kafka.options, given), tools))
    }
    const lines = said.filter((line) => typeof line === 'string' || Array.isArray(line))
    expect(JSON.stringify(lines)).not.toContain(secret)
  })

  it('in a file that is no YAML', () => {
    const broken = [
      `a: *${secret}`,
      `a: !${secret} x`,
      `- ${secret}`,
      secret,
      `%${secret} x\n---\na: 1`,
      `a: "${secret}`,
      `a: b: ${secret}`,
    ]
    const said = broken.map((text) => problemsOf({}, text))
    expect(said.filter((line) => line.includes(secret))).toEqual([])
  })
})
