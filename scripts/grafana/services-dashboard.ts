import type { Dashboard, DeskLink } from './panels.ts'

const duration = 'traces_span_metrics_duration_seconds'
const ofServices = 'service_name=~"$service"'
const failed = `${ofServices}, status_code="STATUS_CODE_ERROR"`
const lines = 'log_events_total{service=~"$service"}'
const badLines = 'log_events_total{service=~"$service", level=~"error|fatal"}'

const linesOf = (label: string, more = ''): DeskLink => ({
  title: 'Lines in the desk',
  path: `/logs?q=service:\${__field.labels.${label}}${more}`,
})
const linesOfLevel: DeskLink = { title: 'Lines in the desk', path: '/logs?q=level:${__field.labels.level}' }

const templates = 'log_pattern_events_total{pattern!="_other"}'
const badTemplates = 'log_pattern_events_total{pattern!="_other", level=~"error|fatal"}'
const pattern: DeskLink = {
  title: 'Pattern in the desk',
  path: '/patterns?pattern=${__field.labels.pattern}',
}
const newPatterns: DeskLink = { title: 'What is new, in the desk', path: '/patterns?new=1&from=-1h' }

const quantile = (share: number, by: string): string =>
  `histogram_quantile(${share}, sum by (le, ${by}) (rate(${duration}_bucket{${ofServices}}[$__rate_interval])))`

/** Services by what enters them, requests and jobs, and by what they log. */
export const servicesDashboard: Dashboard = {
  uid: 'clew-services',
  title: 'Clew: services',
  about:
    'Rates, errors and latency of requests and jobs, and log lines by level. A point leads to its call chain.',
  variables: [{ name: 'service', metric: 'log_events_total', label: 'service' }],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          ...{ kind: 'number', title: 'Requests and jobs', unit: 'reqps', width: 6 },
          about: 'That entered the chosen services, in a second.',
          queries: [[`sum(rate(${duration}_count{${ofServices}}[5m]))`, '']],
        },
        {
          ...{ kind: 'number', title: 'Failed', unit: 'percentunit', width: 6 },
          about: 'Their share that ended with an error.',
          queries: [
            [
              `sum(rate(${duration}_count{${failed}}[5m])) / sum(rate(${duration}_count{${ofServices}}[5m]))`,
              '',
            ],
          ],
        },
        {
          ...{ kind: 'number', title: '95th percentile', unit: 's', width: 6 },
          about: 'Of the time that they took.',
          queries: [
            [`histogram_quantile(0.95, sum by (le) (rate(${duration}_bucket{${ofServices}}[5m])))`, ''],
          ],
        },
        {
          ...{ kind: 'number', title: 'Lines of errors', unit: 'short', width: 6 },
          about: 'In the last hour, of level error and fatal.',
          queries: [[`sum(increase(${badLines}[1h]))`, '']],
        },
      ],
    },
    {
      title: 'Requests and jobs',
      panels: [
        {
          ...{ kind: 'lines', title: 'Rate', unit: 'reqps', width: 8 },
          about:
            'By service. A rate that falls while nobody changed anything is a failure before the service.',
          queries: [
            [
              `sum by (service_name) (rate(${duration}_count{${ofServices}}[$__rate_interval]))`,
              '{{service_name}}',
            ],
          ],
          links: [linesOf('service_name')],
        },
        {
          ...{ kind: 'lines', title: 'Failed', unit: 'percentunit', width: 8, max: 1 },
          about: 'The share that ended with an error, by service.',
          queries: [
            [
              `sum by (service_name) (rate(${duration}_count{${failed}}[$__rate_interval])) / sum by (service_name) (rate(${duration}_count{${ofServices}}[$__rate_interval]))`,
              '{{service_name}}',
            ],
          ],
          links: [linesOf('service_name', ' level:error')],
        },
        {
          ...{ kind: 'lines', title: 'Latency', unit: 's', width: 8, hasExemplars: true },
          about:
            'Median and 95th percentile by service. Each point is a request or job; a click on it opens its call chain.',
          queries: [
            [quantile(0.95, 'service_name'), '{{service_name}} 95 %'],
            [quantile(0.5, 'service_name'), '{{service_name}} 50 %'],
          ],
          links: [linesOf('service_name')],
        },
        {
          ...{ kind: 'table', title: 'The slowest', unit: 's', width: 12 },
          about: 'Names of requests and jobs with the highest 95th percentile in the last 15 minutes.',
          queries: [
            [
              `topk(15, histogram_quantile(0.95, sum by (le, service_name, span_name) (rate(${duration}_bucket{${ofServices}}[15m]))))`,
              '{{service_name}} {{span_name}}',
            ],
          ],
        },
        {
          ...{ kind: 'table', title: 'Those that fail most', unit: 'short', width: 12 },
          about: 'Names of requests and jobs by how many failed in the last hour.',
          queries: [
            [
              `topk(15, sum by (service_name, span_name) (increase(${duration}_count{${failed}}[1h])) > 0)`,
              '{{service_name}} {{span_name}}',
            ],
          ],
        },
      ],
    },
    {
      title: 'Log lines',
      panels: [
        {
          ...{ kind: 'stack', title: 'By level', unit: 'cps', width: 12 },
          about: 'Lines in a second, as they were written: before anything is sampled or lost.',
          queries: [[`sum by (level) (rate(${lines}[$__rate_interval]))`, '{{level}}']],
          links: [linesOfLevel],
        },
        {
          ...{
            kind: 'lines',
            title: 'Errors by service and module',
            unit: 'cps',
            width: 12,
            hasExemplars: true,
          },
          about:
            'Lines of level error and fatal. Each point is one of them; a click on it opens its call chain.',
          queries: [
            [`sum by (service, module) (rate(${badLines}[$__rate_interval])) > 0`, '{{service}} {{module}}'],
          ],
          links: [linesOf('service', ' level:error')],
        },
        {
          ...{ kind: 'lines', title: 'Share of errors', unit: 'percentunit', width: 12, max: 1 },
          about: 'Of all lines of a service; LogErrorRatioHigh is told from 5 % on.',
          queries: [
            [
              `sum by (service) (rate(${badLines}[$__rate_interval])) / sum by (service) (rate(${lines}[$__rate_interval]))`,
              '{{service}}',
            ],
          ],
          links: [linesOf('service', ' level:error')],
        },
        {
          ...{ kind: 'table', title: 'New errors', unit: 'short', width: 12 },
          about: 'Modules that logged errors in the last ten minutes and none in the hour before.',
          queries: [
            [
              `sum by (service, module) (increase(${badLines}[10m])) > 0 unless sum by (service, module) (increase(${badLines}[1h] offset 10m)) > 0`,
              '{{service}} {{module}}',
            ],
          ],
        },
      ],
    },
    {
      title: 'Templates, of all services',
      panels: [
        {
          ...{ kind: 'lines', title: 'Most frequent', unit: 'cps', width: 12 },
          about:
            'Templates of log lines by lines in a second, of rules of type early. What is not among the 200 that have a series is left out.',
          queries: [
            [`topk(10, sum by (pattern, template) (rate(${templates}[$__rate_interval])))`, '{{template}}'],
          ],
          links: [pattern],
        },
        {
          ...{ kind: 'table', title: 'Most frequent errors', unit: 'short', width: 12 },
          about: 'Templates of lines of level error and fatal, by how many there were in the last hour.',
          queries: [
            [`topk(15, sum by (pattern, template) (increase(${badTemplates}[1h])) > 0)`, '{{template}}'],
          ],
        },
        {
          ...{ kind: 'stack', title: 'New', unit: 'short', width: 8 },
          about:
            'Templates of which no line ever came before, by the level of their first. LogNewErrorPattern tells of errors once a day was learnt.',
          queries: [['sum by (level) (increase(log_pattern_new_total[$__rate_interval]))', '{{level}}']],
          links: [newPatterns],
        },
        {
          ...{ kind: 'table', title: 'Not there an hour ago', unit: 'short', width: 8 },
          about: 'Templates that have a series now and had none an hour ago, by their lines.',
          queries: [
            [
              `topk(15, sum by (pattern, template, level) (${templates}) unless on (pattern) sum by (pattern) (${templates} offset 1h))`,
              '{{template}}',
            ],
          ],
        },
        {
          ...{ kind: 'lines', title: 'In use', unit: 'short', width: 8 },
          about:
            'Templates of which lines came in the last ten to twenty minutes. One that grows for days: a value in a line is taken for a word.',
          queries: [['sum by (job, instance) (log_patterns_active)', '{{job}} {{instance}}']],
        },
      ],
    },
  ],
}
