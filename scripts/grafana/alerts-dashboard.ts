import type { Dashboard, DeskLink } from './panels.ts'

const ofRules = 'rule=~"$rule"'
const page: DeskLink = { title: 'Alerts in the desk', path: '/alerts' }

/** Alert rules over logs: what goes on, what was told, and whether it arrived. */
export const alertsDashboard: Dashboard = {
  uid: 'clew-alerts',
  title: 'Clew: alerts',
  about: 'Alerts of rules over logs: what goes on, what rules decided, and what channels took.',
  variables: [{ name: 'rule', metric: 'logalert_alerts_total', label: 'rule' }],
  rows: [
    {
      title: 'State',
      panels: [
        {
          ...{ kind: 'number', title: 'Going on', unit: 'short', width: 6 },
          about: 'Alerts that have begun and not ended, of rules that say when one ends.',
          queries: [[`sum(max by (rule) (logalert_firing{${ofRules}}))`, '']],
          links: [page],
        },
        {
          ...{ kind: 'number', title: 'Begun or reminded', unit: 'short', width: 6 },
          about: 'In the chosen time.',
          queries: [[`sum(increase(logalert_alerts_total{${ofRules}, state="firing"}[$__range]))`, '']],
          links: [page],
        },
        {
          ...{ kind: 'number', title: 'Not delivered', unit: 'short', width: 6 },
          about:
            'Alerts that a channel did not take, in the chosen time. More than 0: read what its answer was in the log of whoever sends.',
          queries: [['sum(increase(logalert_notifications_total{result="dead"}[$__range]))', '']],
        },
        {
          ...{ kind: 'number', title: 'Looked last', unit: 's', width: 6 },
          about: 'So long ago rules were last asked, which is done each second. Minutes: nobody watches.',
          queries: [['time() - max(logalert_last_evaluation_timestamp_seconds)', '']],
        },
        {
          ...{ kind: 'states', title: 'What goes on', unit: 'short', width: 24 },
          about: 'How many alerts of each rule go on.',
          queries: [[`max by (rule, severity) (logalert_firing{${ofRules}})`, '{{rule}} ({{severity}})']],
          links: [page],
        },
        {
          ...{ kind: 'stack', title: 'Told', unit: 'short', width: 12 },
          about: 'Alerts that began or were reminded of, by rule and severity.',
          queries: [
            [
              `sum by (rule, severity) (increase(logalert_alerts_total{${ofRules}, state="firing"}[$__rate_interval])) > 0`,
              '{{rule}} ({{severity}})',
            ],
          ],
          links: [page],
        },
        {
          ...{ kind: 'stack', title: 'What rules decided', unit: 'cps', width: 12 },
          about:
            'In a second, by reason. too_many_groups: group by less. late: records come later than the rule waits for them.',
          queries: [
            [`sum by (reason) (rate(logalert_decisions_total{${ofRules}}[$__rate_interval]))`, '{{reason}}'],
          ],
        },
      ],
    },
    {
      title: 'Early warnings',
      panels: [
        {
          ...{ kind: 'number', title: 'Lead', unit: 's', width: 6 },
          about:
            'How long before a burst of errors its warning was told, on average of those of the last 30 days.',
          queries: [
            [
              `sum(increase(logalert_early_lead_seconds_total{${ofRules}}[30d])) / sum(increase(logalert_early_failures_total{${ofRules}}[30d]))`,
              '',
            ],
          ],
          links: [page],
        },
        {
          ...{ kind: 'number', title: 'Followed by a failure', unit: 'percentunit', width: 6, max: 1 },
          about: 'Of the warnings that were told in the last 30 days.',
          queries: [
            [
              `sum(increase(logalert_early_failures_total{${ofRules}}[30d])) / sum(increase(logalert_early_warnings_total{${ofRules}, state="told"}[30d]))`,
              '',
            ],
          ],
          links: [page],
        },
        {
          ...{ kind: 'number', title: 'Learns for', unit: 's', width: 6 },
          about: 'Until then nothing is told. 0: it has learnt.',
          queries: [['clamp_min(max(logalert_early_learnt_timestamp_seconds) - time(), 0)', '']],
        },
        {
          ...{ kind: 'number', title: 'Series', unit: 'short', width: 6 },
          about: 'That are followed: kinds of lines, numbers on them, spans and queues.',
          queries: [['sum(logalert_early_series)', '']],
        },
        {
          ...{ kind: 'stack', title: 'Warnings', unit: 'short', width: 12 },
          about:
            'told; below: less sure than the rule wants; learning: found before it had learnt for long enough.',
          queries: [
            [
              `sum by (rule, state) (increase(logalert_early_warnings_total{${ofRules}}[$__rate_interval]))`,
              '{{rule}} {{state}}',
            ],
          ],
          links: [page],
        },
        {
          ...{ kind: 'lines', title: 'Not followed', unit: 'short', width: 12 },
          about: 'Records and spans whose series did not fit: more than 20,000 came.',
          queries: [['sum by (job, instance) (logalert_early_left_out)', '{{job}} {{instance}}']],
        },
      ],
    },
    {
      title: 'Delivery',
      panels: [
        {
          ...{ kind: 'stack', title: 'What became of alerts', unit: 'short', width: 8 },
          about: 'By channel: sent, dead (not taken), held (nobody was to get it).',
          queries: [
            [
              'sum by (channel, result) (increase(logalert_notifications_total[$__rate_interval]))',
              '{{channel}} {{result}}',
            ],
          ],
        },
        {
          ...{ kind: 'stack', title: 'Answers of channels', unit: 'short', width: 8 },
          about: 'Requests by what the answer was: ok, retry, shrink (too long), permanent.',
          queries: [
            [
              'sum by (channel, outcome) (increase(logalert_deliveries_total[$__rate_interval]))',
              '{{channel}} {{outcome}}',
            ],
          ],
        },
        {
          ...{ kind: 'lines', title: 'How long an answer takes', unit: 's', width: 8 },
          about: 'On average, by channel.',
          queries: [
            [
              'sum by (channel) (rate(logalert_delivery_seconds_total[$__rate_interval])) / sum by (channel) (rate(logalert_deliveries_total[$__rate_interval]))',
              '{{channel}}',
            ],
          ],
        },
        {
          ...{ kind: 'lines', title: 'Waiting to be sent', unit: 'short', width: 12 },
          about: 'Alerts in the outbox. It holds 100,000; what is beyond is given up and counted.',
          queries: [
            ['max(logalert_outbox_pending)', 'wait'],
            ['max(increase(logalert_outbox_dropped_total[$__rate_interval]))', 'given up'],
          ],
        },
        {
          ...{ kind: 'lines', title: 'Put off by the budget of a bot', unit: 'short', width: 12 },
          about:
            'Messages that waited as their bot had sent enough in a minute: many mean that rules should group.',
          queries: [
            ['sum by (channel) (increase(logalert_budget_waits_total[$__rate_interval]))', '{{channel}}'],
          ],
        },
      ],
    },
  ],
}
