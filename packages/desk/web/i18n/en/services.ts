export const services = {
  title: 'Services',
  loading: 'Looking at the spans…',
  refresh: 'Refresh',
  none: 'No service has sent anything in this span of time',
  connect: 'Connect an application',
  sampled: (spans: string) =>
    `From ${spans} spans, the newest. Times are those of requests and jobs; the time of an edge is that of its calls.`,
  map: {
    label: 'Map of services',
    closer: 'Larger',
    further: 'Smaller',
    fit: 'Fit the map to the page',
    kinds: { service: 'service', queue: 'queue', database: 'database', host: 'sends no spans' },
    spans: (count: string) => `${count} spans`,
    failed: (share: string) => `${share} failed`,
    link: (ends: string, count: string, failed: string, p95: string) =>
      `${ends}: ${count} calls, ${failed} failed, p95 ${p95}`,
  },
  table: {
    services: 'Services',
    calls: 'Calls',
    never: 'none',
    kinds: { call: 'call', queue: 'queue', database: 'database' },
    columns: {
      service: 'Service',
      spans: 'Spans',
      failed: 'Failed',
      lines: 'Lines',
      failedLines: 'Lines of errors',
      instances: 'Instances',
      from: 'From',
      to: 'To',
      kind: 'Kind',
      count: 'Count',
    },
  },
}
