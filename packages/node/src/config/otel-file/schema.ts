import { propagatorNames } from '../settings.ts'
import {
  anything,
  lack,
  list,
  map,
  milliseconds,
  neededText,
  oneOf,
  openMap,
  positive,
  type Shape,
  share,
  text,
  textOrNull,
  toggle,
  whole,
} from './shapes.ts'

// https://github.com/open-telemetry/opentelemetry-configuration/tree/v1.1.0/schema, and what has come since.

const ours = 'memory and spool are bounded in bytes, by CLEW_MAX_QUEUE_BYTES and CLEW_MAX_SPOOL_BYTES'

const emptyMap = map({}, { canBeNull: true })

const tls = { ca_file: text, key_file: text, cert_file: text }

const sizes = {
  max_request_size: lack('remove it: what a receiver finds too large is halved and sent again', whole),
  max_response_size: lack('remove it: of an answer only its beginning is read', positive),
}

const pair = map({ name: neededText, value: textOrNull }, { needed: ['name', 'value'] })

const request = {
  ...{ endpoint: text, headers: list(pair), headers_list: text, compression: text, timeout: milliseconds },
  ...sizes,
}

const exporter = oneOf(
  {
    otlp_http: map({ ...request, tls: map(tls, { canBeNull: true }), encoding: text }, { canBeNull: true }),
    otlp_grpc: map(
      { ...request, tls: map({ ...tls, insecure: toggle }, { canBeNull: true }) },
      { canBeNull: true },
    ),
    console: emptyMap,
    'otlp_file/development': lack('for log records install @clew/file-exporter, with CLEW_FILE_FORMAT=otlp'),
  },
  'exporter',
)

const processor = oneOf(
  {
    simple: map({ exporter }, { needed: ['exporter'] }),
    batch: map(
      {
        exporter,
        schedule_delay: milliseconds,
        export_timeout: lack(
          'write timeout of the exporter; what is not delivered is kept and sent again',
          milliseconds,
        ),
        max_queue_size: lack(`remove it: ${ours}`, positive),
        max_export_batch_size: lack('remove it: batches are as large as receivers take them', positive),
      },
      { needed: ['exporter'] },
    ),
  },
  'processor',
)

const depth = lack('remove it: values are cut below eight levels', positive, '8')
const limits = {
  attribute_value_length_limit: whole,
  attribute_value_depth_limit: depth,
  attribute_count_limit: whole,
}

// It is below itself.
const sampler: Shape = (node, findings) => samplerKinds(node, findings)
const samplerKinds: Shape = oneOf(
  {
    always_on: emptyMap,
    always_off: emptyMap,
    trace_id_ratio_based: map({ ratio: share }, { canBeNull: true }),
    parent_based: map(
      {
        root: sampler,
        remote_parent_sampled: sampler,
        remote_parent_not_sampled: sampler,
        local_parent_sampled: sampler,
        local_parent_not_sampled: sampler,
      },
      { canBeNull: true },
    ),
  },
  'sampler',
  'the default of the schema',
)

const propagators: Readonly<Record<string, Shape>> = Object.fromEntries(
  propagatorNames.filter((name) => name !== 'none').map((name) => [name, emptyMap]),
)

const detector = oneOf({ host: emptyMap, process: emptyMap, service: emptyMap }, 'detector')

/** The file as far as it is read. What is not supported is told, and left out. */
export const fileShape: Shape = openMap({
  file_format: anything,
  disabled: toggle,
  log_level: text,
  resource: map({
    attributes: list(map({ name: neededText, value: anything, type: text }, { needed: ['name', 'value'] })),
    attributes_list: text,
    schema_url: lack('remove it: the resource is sent without', text),
    'detection/development': map({
      attributes: lack('remove it: all that the detectors find is sent'),
      detectors: list(detector),
    }),
  }),
  attribute_limits: map(limits),
  propagator: map({
    composite: list(oneOf(propagators, 'propagator')),
    composite_list: text,
  }),
  tracer_provider: map(
    {
      processors: list(processor),
      limits: map({
        ...limits,
        event_count_limit: whole,
        link_count_limit: whole,
        event_attribute_count_limit: whole,
        link_attribute_count_limit: whole,
      }),
      sampler,
      id_generator: oneOf({ random: emptyMap }, 'generator of ids', 'random'),
    },
    { needed: ['processors'] },
  ),
  logger_provider: map({ processors: list(processor), limits: map(limits) }, { needed: ['processors'] }),
  meter_provider: lack('remove it: metrics of Clew are read from @clew/prometheus-exporter, none are sent'),
  'instrumentation/development': lack('write the options of instrumentations into clew.yaml'),
  distribution: lack('write options of Clew as CLEW_* variables, or into clew.yaml'),
})
