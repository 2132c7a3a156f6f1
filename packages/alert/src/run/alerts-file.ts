import { type Mistake, parseHttpAddress } from '@clew/settings'
import type { Channel } from '../channels/channel.ts'
import { channelSchema, readChannels } from '../channels/read-channel.ts'
import { openPolicy, type Policy } from '../notify/policy.ts'
import { policySchema, readPolicy } from '../notify/read-policy.ts'
import { type Fields, optional, readFields, schemaOf } from '../rules/fields.ts'
import { readRules } from '../rules/read-rules.ts'
import type { Rule } from '../rules/rule.ts'
import { frameSchemas, ruleSchema } from '../rules/rule-fields.ts'
import { readYaml } from '../rules/yaml.ts'

/** A rule file as it can be used. */
export type AlertsFile = {
  rules: Rule[]
  channels: Map<string, Channel>
  policy: Policy
  /** The address of the desk, for links to chains. */
  desk: string | undefined
}

const anything = (about: string) =>
  optional({ parse: (raw: unknown) => ({ value: raw, faults: [] }), schema: {}, about })

const rootFields = {
  desk: optional({
    parse: (raw: unknown) => {
      const { value, faults } = parseHttpAddress(raw)
      return { value: value?.href.replace(/\/$/, ''), faults }
    },
    schema: { type: 'string', format: 'uri' },
    about: 'The address of the desk, for links to chains.',
  }),
  channels: anything('Where alerts go, by name.'),
  rules: anything('What is an alert.'),
  silences: anything('Alerts that are not sent for a while.'),
  mutes: anything('Times of the week at which alerts are not sent.'),
  inhibit: anything('Alerts that are not sent while others fire.'),
  group: anything('Alerts that are told in one message.'),
} satisfies Fields

const none: AlertsFile = { rules: [], channels: new Map(), policy: openPolicy, desk: undefined }

/**
 * Reads a rule file; `path` is how it is called in messages, `env` has what stands for `\${NAME}`. All that is wrong is told at
 * once; what is right can be used. Never throws.
 */
export function readAlertsFile(
  text: string,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): { file: AlertsFile; mistakes: Mistake[] } {
  const { root, placeOf, mistakes } = readYaml(text, path)
  if (mistakes.length > 0) return { file: none, mistakes }
  const top = readFields(root, rootFields, placeOf)
  if (typeof root !== 'object' || root === null || Array.isArray(root))
    return { file: none, mistakes: top.mistakes }
  const given = root as { [key: string]: unknown }
  const channels = readChannels(given.channels, placeOf, env)
  const named = Object.keys((given.channels ?? {}) as object)
  const rules = readRules(given.rules, placeOf, named)
  const policy = readPolicy(given, placeOf)
  const desk = typeof given.desk === 'string' ? given.desk.replace(/\/$/, '') : undefined
  return {
    file: {
      rules: rules.rules,
      channels: channels.channels,
      policy: policy.policy,
      desk: top.values?.desk ?? desk,
    },
    mistakes: [...top.mistakes, ...channels.mistakes, ...rules.mistakes, ...policy.mistakes],
  }
}

/** The JSON Schema of a rule file, by which an editor completes it. */
export function alertsSchema(): object {
  const { properties, ...rest } = schemaOf(rootFields) as { properties: { [key: string]: object } }
  const parts: { [key: string]: object } = {
    channels: { type: 'object', additionalProperties: channelSchema() },
    rules: { type: 'array', items: ruleSchema() },
    ...policySchema(),
  }
  const described = Object.entries(properties).map(([key, schema]) => [key, { ...parts[key], ...schema }])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...rest,
    properties: Object.fromEntries(described),
    $defs: frameSchemas(),
  }
}
