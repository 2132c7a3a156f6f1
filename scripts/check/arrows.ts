/**
 * Who may import whom, by the folders below `packages`; `*` is one folder. A name with a subpath is that entry point
 * alone. What stands lowest imports nothing of ours.
 */
export const packageArrows: Readonly<Record<string, readonly string[]>> = {
  cli: ['node', 'desk', 'mcp', 'alert', 'settings', 'otlp/severity', 'otlp/text'],
  node: ['core', 'settings', 'search', 'pipeline', 'otlp', 'alert'],
  desk: ['settings', 'search', 'otlp', 'pipeline', 'templates', 'alert', 'mcp'],
  alert: ['settings', 'search', 'otlp', 'templates'],
  'exporters/*': ['core', 'pipeline', 'otlp', 'settings'],
  testing: ['core', 'otlp'],
  'loggers/*': ['core'],
  'servers/*': ['core'],
  'queues/*': ['core'],
  'databases/*': ['core'],
  pipeline: ['otlp', 'templates'],
  core: ['otlp/severity', 'otlp/report-limit'],
  search: ['settings', 'otlp/severity'],
  settings: [],
  otlp: [],
  templates: [],
  mcp: [],
}

/** Packages that import nothing of others at run time: what they take from others are types. */
export const withoutOthers: readonly string[] = [
  'core',
  'settings',
  'search',
  'otlp',
  'templates',
  'pipeline',
]

/**
 * The rooms of a package from the top down: a folder by its `/`, a file, or files that begin with what stands before
 * `*`. A room may import those of the lines below it; not one beside it, and none above.
 */
export const packageRooms: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'core/src': [
    ['index.ts', 'sql/', 'redis/', 'messaging/'],
    ['seams/'],
    ['record/'],
    ['api/'],
    ['context/'],
    ['process/'],
  ],
  'pipeline/src': [
    ['index.ts'],
    ['start-*'],
    ['exit/'],
    ['export/'],
    ['wire/', 'spool/', 'threads/', 'policy/'],
    ['records/', 'problems.ts'],
    ['pipeline.ts', 'timers.ts'],
  ],
  desk: [['vite.config.ts'], ['server/', 'web/'], ['tools/'], ['chain/'], ['api/']],
  'alert/src': [
    ['index.ts'],
    ['run/'],
    ['store/', 'sources/', 'notify/'],
    ['channels/', 'early/'],
    ['engine/', 'detect/'],
    ['rules/'],
    ['alert.ts'],
  ],
  'desk/server': [
    ['index.ts'],
    ['start-desk.ts'],
    ['desk-thread.ts'],
    ['run-desk.ts'],
    ['http/', 'forward/'],
    ['threads/'],
    ['import/'],
    ['store/', 'query/', 'alerts/', 'metrics/'],
    ['schema/'],
  ],
}
