import type { Dashboard } from './panels.ts'

const ofJobs = 'job=~"$job"'
const rated = (metric: string, more = ''): string =>
  `rate(${metric}{${ofJobs}${more === '' ? '' : `, ${more}`}}[$__rate_interval])`
const grown = (metric: string, more = ''): string => rated(metric, more).replace('rate(', 'increase(')
const lost = 'error_type!=""'

/** What Clew itself does and takes: the pipeline of each process, the alert engine, the desk. */
export const clewDashboard: Dashboard = {
  uid: 'clew-itself',
  title: 'Clew: itself',
  about:
    'Whether records arrive: queue, drops and exporter of each process; cost and lag of the alert engine and the desk.',
  variables: [{ name: 'job', metric: 'up', label: 'job' }],
  rows: [
    {
      title: 'Nothing is lost',
      panels: [
        {
          ...{ kind: 'number', title: 'Dropped', unit: 'short', width: 6 },
          about: 'Records and spans for which neither memory nor disk had room, in the chosen time.',
          queries: [
            [
              `sum(increase(otel_sdk_processor_log_processed_total{${ofJobs}, ${lost}}[$__range])) + sum(increase(otel_sdk_processor_span_processed_total{${ofJobs}, ${lost}}[$__range]))`,
              '',
            ],
          ],
        },
        {
          ...{ kind: 'number', title: 'Refused', unit: 'short', width: 6 },
          about:
            'Records that a receiver did not take for good, in the chosen time; the panel of the exporter says why.',
          queries: [
            [
              `sum(increase(otel_sdk_exporter_log_exported_total{${ofJobs}, ${lost}}[$__range])) or vector(0)`,
              '',
            ],
          ],
        },
        {
          ...{ kind: 'number', title: 'Fullest queue', unit: 'percentunit', width: 6, max: 1 },
          about: 'Of a process. At 100 % records go to disk, and without a spool are dropped.',
          queries: [[`max(clew_queue_usage_bytes{${ofJobs}} / clew_queue_limit_bytes{${ofJobs}})`, '']],
        },
        {
          ...{ kind: 'number', title: 'Not judged', unit: 'short', width: 6 },
          about: 'Records of a desk that its rules did not see, as too many waited, in the chosen time.',
          queries: [[`sum(increase(logalert_unjudged_records_total{${ofJobs}}[$__range])) or vector(0)`, '']],
        },
      ],
    },
    {
      title: 'Pipeline of each process',
      panels: [
        {
          ...{ kind: 'lines', title: 'Queue', unit: 'bytes', width: 8 },
          about: 'Memory of what waits and is being sent, by process, and the most of it.',
          queries: [
            [`clew_queue_usage_bytes{${ofJobs}}`, '{{job}} {{instance}}'],
            [`max(clew_queue_limit_bytes{${ofJobs}})`, 'limit'],
          ],
        },
        {
          ...{ kind: 'lines', title: 'On their way', unit: 'short', width: 8 },
          about:
            'Records that wait in memory, and those that are being sent or wait to be sent again, by destination.',
          queries: [
            [
              `sum by (otel_component_name) (otel_sdk_processor_log_queue_size{${ofJobs}})`,
              '{{otel_component_name}} waits',
            ],
            [
              `sum by (otel_component_name) (otel_sdk_exporter_log_inflight{${ofJobs}})`,
              '{{otel_component_name}} in flight',
            ],
          ],
        },
        {
          ...{ kind: 'lines', title: 'Spool', unit: 'bytes', width: 8 },
          about: 'Disk of what waits. It grows while a receiver is away, and shrinks when it is back.',
          queries: [[`clew_spool_usage_bytes{${ofJobs}}`, '{{job}} {{instance}}']],
        },
        {
          ...{ kind: 'lines', title: 'Written and taken', unit: 'cps', width: 8 },
          about:
            'Records that were written, and those that receivers took. A gap that stays is a receiver that is too slow.',
          queries: [
            [`sum(${rated('otel_sdk_log_created_total')})`, 'written'],
            [
              `sum by (otel_component_name) (${rated('otel_sdk_exporter_log_exported_total', 'error_type=""')})`,
              '{{otel_component_name}}',
            ],
          ],
        },
        {
          ...{ kind: 'lines', title: 'Lost, and why', unit: 'short', width: 8 },
          about:
            'queue_full: no room. A status or code: the receiver refused. too_large: a record alone is larger than it takes.',
          queries: [
            [
              `sum by (otel_component_name, error_type) (${grown('otel_sdk_processor_log_processed_total', lost)}) > 0`,
              '{{otel_component_name}} {{error_type}}',
            ],
            [
              `sum by (otel_component_name, error_type) (${grown('otel_sdk_exporter_log_exported_total', lost)}) > 0`,
              '{{otel_component_name}} {{error_type}}',
            ],
            [
              `sum by (otel_component_name) (${grown('clew_log_expired_total')}) > 0`,
              '{{otel_component_name}} expired',
            ],
          ],
        },
        {
          ...{ kind: 'lines', title: 'How long a batch takes', unit: 's', width: 8 },
          about: 'The 95th percentile, with all attempts, by destination.',
          queries: [
            [
              `histogram_quantile(0.95, sum by (le, otel_component_name) (${rated('otel_sdk_exporter_operation_duration_seconds_bucket')}))`,
              '{{otel_component_name}}',
            ],
          ],
        },
        {
          ...{ kind: 'lines', title: 'Through the spool', unit: 'cps', width: 8 },
          about: 'Records written to disk, and taken out of it by the receiver.',
          queries: [
            [`sum(${rated('clew_log_spooled_total')})`, 'written to disk'],
            [`sum(${rated('clew_log_replayed_total')})`, 'taken from it'],
          ],
        },
        {
          ...{ kind: 'lines', title: 'Held back', unit: 'short', width: 8 },
          about:
            'With rules of what is kept: records whose chain waits to fail, and what is gone of it, by reason.',
          queries: [
            [`sum(clew_hold_records{${ofJobs}})`, 'wait'],
            [`sum by (reason) (${grown('clew_hold_dropped_total')})`, 'gone: {{reason}}'],
          ],
        },
        {
          ...{ kind: 'lines', title: 'Open spans', unit: 'short', width: 8 },
          about: 'Sampled spans that have not ended. One that only grows is work that never ends.',
          queries: [[`sum by (job, instance) (otel_sdk_span_live{${ofJobs}})`, '{{job}} {{instance}}']],
        },
      ],
    },
    {
      title: 'Alert engine and desk',
      panels: [
        {
          ...{ kind: 'lines', title: 'CPU', unit: 'percentunit', width: 8 },
          about: 'Of `clew desk` and `clew alert run`, all threads: 100 % is one core.',
          queries: [[rated('process_cpu_seconds_total'), '{{job}} {{instance}}']],
        },
        {
          ...{ kind: 'lines', title: 'Memory', unit: 'bytes', width: 8 },
          about: 'Of the same.',
          queries: [[`process_resident_memory_bytes{${ofJobs}}`, '{{job}} {{instance}}']],
        },
        {
          ...{ kind: 'lines', title: 'Lag', unit: 's', width: 8 },
          about:
            'How old the newest record is that was judged: 2 to 4 s where all is well. The furthest behind.',
          queries: [[`topk(10, max by (partition) (logalert_lag_seconds{${ofJobs}}))`, '{{partition}}']],
        },
        {
          ...{ kind: 'lines', title: 'Judged', unit: 'cps', width: 8 },
          about: 'Records that the rules were asked about.',
          queries: [[`sum by (job, instance) (${rated('logalert_records_total')})`, '{{job}} {{instance}}']],
        },
        {
          ...{ kind: 'lines', title: 'Time that judging takes', unit: 'percentunit', width: 8, max: 1 },
          about:
            'Share of the time in which rules judge or wait for their state. Near 100 %: another process of the group is needed.',
          queries: [[rated('logalert_evaluation_seconds_total'), '{{job}} {{instance}}']],
        },
        {
          ...{ kind: 'lines', title: 'Groups', unit: 'short', width: 8 },
          about: 'Groups of rules that the state holds.',
          queries: [[`max by (job) (logalert_groups{${ofJobs}})`, '{{job}}']],
        },
        {
          ...{ kind: 'lines', title: 'Desk: received', unit: 'cps', width: 8 },
          about: 'Records that were stored, by signal, and requests of which something was not kept.',
          queries: [
            [`sum by (signal) (${rated('clew_desk_records_total')})`, '{{signal}}'],
            [`sum(${rated('clew_desk_refused_requests_total')})`, 'requests refused'],
            [`sum(${rated('clew_desk_rejected_records_total')})`, 'records rejected'],
          ],
        },
        {
          ...{ kind: 'lines', title: 'Desk: stored', unit: 'bytes', width: 8 },
          about: 'What is stored, and the most of it; beyond it the oldest go.',
          queries: [
            [`clew_desk_store_usage_bytes{${ofJobs}}`, '{{job}} {{instance}}'],
            [`max(clew_desk_store_limit_bytes{${ofJobs}})`, 'limit'],
          ],
        },
        {
          ...{ kind: 'lines', title: 'Desk: passed on', unit: 'cps', width: 8 },
          about: 'With --forward: records by outcome, and those that wait.',
          queries: [
            [`sum by (outcome) (${rated('clew_desk_forwarded_total')})`, '{{outcome}}'],
            [`sum(clew_desk_forward_waiting{${ofJobs}})`, 'wait'],
          ],
        },
      ],
    },
  ],
}
