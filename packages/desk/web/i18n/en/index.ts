import { englishMistakes, type SearchMistakes } from '@clew/search'
import { alerts } from './alerts.ts'
import { chain, record } from './chain.ts'
import { chains, logs, patterns, services } from './lists.ts'
import { series } from './series.ts'
import { compare, share } from './share.ts'
import { warnings } from './warnings.ts'

const shell = {
  skip: 'Skip to content',
  home: 'Clew, list of chains',
  pages: 'Pages',
  search: 'Search',
  searchHint: 'Search, or paste a trace id',
  suggestions: {
    label: 'Suggestions',
    keys: {
      level: 'severity, also >= and <',
      service: 'who sent it',
      has: 'error, exception or trace',
      dur: 'duration of the chain, such as 200ms',
      queue: 'queue or topic',
      name: 'name of a span',
      event: 'name of an event',
      trace: 'trace id',
      span: 'span id',
      pattern: 'number of a pattern',
    },
  },
  close: 'Close',
  retry: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  import: {
    choose: 'Import files of traces and logs',
    drop: 'Drop files of traces and logs to import them',
    title: 'Imported',
    running: (name: string) => `Importing ${name} …`,
    done: (lines: string, spans: string, format: string) => `${lines} lines and ${spans} spans (${format}).`,
    rejected: (count: string) => `${count} were no records:`,
  },
  resize: 'Width of the side pane',
  language: { switch: '中文', tag: 'zh-CN', label: '切换到中文' },
  appearance: {
    auto: 'Colours: as the system',
    light: 'Colours: light',
    dark: 'Colours: dark',
  },
  keys: {
    title: 'Keys and search',
    key: 'Key',
    action: 'What it does',
    open: 'Show the keys and how to search',
    search: 'Search',
    list: 'In lists: move, page, begin and end',
    syntax: {
      title: 'Search',
      write: 'Write',
      finds: 'It finds',
      rows: [
        ['refused timeout', 'both words, in a line or the value of an attribute; case does not matter'],
        ['"connection refused"', 'the words one after the other'],
        ['conn*', 'words that begin so'],
        ['a OR b, (a OR b) c', 'one of them'],
        ['-health', 'what does not have it'],
        ['level>=warn', 'this severity and worse; also level:error'],
        ['service:api', 'who sent it; service:web* those that begin so'],
        ['order.id:42, user:an*', 'any attribute; order.id>10 compares numbers, user:* has it at all'],
        ['has:error', 'also has:exception and has:trace'],
        ['dur>200ms', 'chains that took longer'],
        ['queue:mails, name:"GET /x"', 'chains through a queue, or with a span of this name'],
        ['event:order.paid, pattern:12', 'records of an event, lines of a pattern'],
        ['trace:…, span:…', 'by id; a pasted trace id or traceparent opens its chain'],
      ],
      plain: 'In one chain and in patterns a search is plain words, all of which must be there.',
    },
    pages: {
      chains: 'Go to chains',
      logs: 'Go to logs',
      patterns: 'Go to patterns',
      services: 'Go to services',
      alerts: 'Go to alerts',
      series: 'Go to metrics',
    },
  },
  status: {
    receiving: 'receiving',
    quiet: 'quiet',
    empty: 'nothing received yet',
    lost: 'desk does not answer',
    asking: 'asking the desk',
  },
  statusMore: {
    receiving: 'Records came within the last two seconds.',
    quiet: 'The desk answers; no record came within the last two seconds.',
  },
  severity: { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR', fatal: 'FATAL' },
  errorsOnly: { button: 'Errors only', off: 'Also without errors' },
  range: {
    label: 'Time',
    '-15m': 'Last 15 minutes',
    '-1h': 'Last hour',
    '-24h': 'Last 24 hours',
    '-7d': 'Last 7 days',
    all: 'All time',
    chosen: 'Chosen span of time',
  },
  problem: {
    title: 'That did not work',
    unreachable: 'The desk does not answer. Is `clew desk` still running?',
    unreadable: 'What answered is not a desk. Is another program on this port?',
    unauthorized:
      'This desk asks for a token. Open the address that `clew desk` printed, here or in another tab of this browser.',
    again: 'It is asked again every two seconds: this page goes on by itself.',
    shorter: 'Look through less:',
    lapse: 'What you see was true some time ago. The desk is asked again every two seconds.',
    pageLost: 'This part of the page could not be loaded. The desk may have been updated: reload the page.',
    reload: 'Reload',
  },
  waiting: { first: 'Loading', again: 'Searching; the rows are still those of the question before' },
  unknown: { title: 'There is nothing at this address', back: 'To the list of chains' },
}

const start = {
  title: 'Connect an application',
  lead: 'Start your application as below and send it a request: its call chain appears here.',
  framework: 'Your application',
  any: 'Any Node.js',
  install: 'Install',
  run: 'Start it with the preload',
  noCode: 'No change to the code. One line on stderr says what was joined and where it sends.',
  sdk: 'With any OpenTelemetry SDK',
  sdkNote: 'In any language, over HTTP or gRPC. Set this in the environment of the application.',
  collector: 'From an OpenTelemetry Collector',
  collectorNote: 'Add the exporter to the pipelines of traces and logs.',
  waiting: 'Waiting for the first record…',
  arrived: (logs: string, spans: string) => `It works: ${logs} lines and ${spans} spans are here.`,
  look: 'Look at the chains',
  more: 'Other ways to send',
  stored: 'Stored',
  of: (used: string, limit: string) => `${used} of ${limit}`,
  where: 'Kept in',
  memory: 'memory only',
  refused: 'Refused requests',
  version: 'Version',
}

/** What is wrong with a search. */
const search: SearchMistakes = englishMistakes

export const en = {
  alerts,
  chain,
  chains,
  compare,
  logs,
  patterns,
  record,
  search,
  series,
  services,
  share,
  shell,
  start,
  warnings,
}

/** The texts of the page in one language; English says which there are. */
export type Words = typeof en
