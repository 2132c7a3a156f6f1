import { isPrintableName } from '@clew/settings'

/** The parts of the package `yaml` in use; the caller loads it only where there is a file. */
export type YamlParser = Pick<
  typeof import('yaml'),
  'parseDocument' | 'LineCounter' | 'isMap' | 'isScalar' | 'isSeq' | 'isAlias'
>

/** A YAML file as read from disk; `path` as it was given, for messages. */
export type YamlSource = { path: string; text: string; parser: YamlParser }

/** A value of clew.yaml, with its line for messages. */
export type YamlValue = { value: unknown; place: string }

/** The options of clew.yaml by their key, such as `pipeline.exit` or `disable`. */
export type YamlFile = { values: ReadonlyMap<string, YamlValue>; faults: readonly string[] }

/** Reads clew.yaml. A file that is no YAML gives no values and says where it ends to be. Never throws. */
export function readYamlFile(source: YamlSource): YamlFile {
  const { path, text, parser } = source
  const lines = new parser.LineCounter()
  const document = parser.parseDocument(text, { lineCounter: lines })
  const [error] = document.errors
  if (error) {
    return unread(`${path}:${error.linePos?.[0].line ?? 1}`, error)
  }
  const values = new Map<string, YamlValue>()
  const root = document.contents
  if (root !== null && !parser.isMap(root)) {
    const fault = `${path}:1: it is not a map; write one "option: value" per line`
    return { values: new Map(), faults: [fault] }
  }
  let line = 1
  const visit = (map: typeof root, room: string): void => {
    for (const { key, value } of map?.items ?? []) {
      const name = `${room}${parser.isScalar(key) ? key.value : key}`
      line = lines.linePos((key as unknown as { range?: [number] }).range?.[0] ?? 0).line
      if (room === '' && parser.isMap(value)) visit(value, `${name}.`)
      else values.set(name, { value: toPlain(value), place: `${path}:${line}: ${shownName(name)}` })
    }
  }
  const toPlain = (node: unknown): unknown =>
    (node as { toJS(document: unknown): unknown } | null)?.toJS(document) ?? undefined
  try {
    visit(root, '')
  } catch (error) {
    // An alias without its anchor, or too many of them.
    return unread(`${path}:${line}`, error as Error)
  }
  return { values, faults: [] }
}

/** A name that cannot be one may be a value that was written on a line of its own. */
export function shownName(name: string): string {
  return isPrintableName(name) ? name : `a name of ${name.length} characters`
}

/** What the parser has against a file. What stands behind a colon in its errors is the file's own. */
export function yamlFault({ message }: Error): string {
  return message.split(/ at line|\n|: /)[0]!
}

function unread(place: string, error: Error): YamlFile {
  const fault = `${place}: ${yamlFault(error)}; correct it, until then the file is not used`
  return { values: new Map(), faults: [fault] }
}
