/** The parts of the package `yaml` in use; the caller loads it only where there is a file. */
export type YamlParser = Pick<typeof import('yaml'), 'parseDocument' | 'LineCounter' | 'isMap' | 'isScalar'>

/** clew.yaml as read from disk. */
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
    const what = error.message.split(/ at line|\n/)[0]
    return unread(
      `${path}:${error.linePos?.[0].line ?? 1}: ${what}; correct it, until then the file is not used`,
    )
  }
  const values = new Map<string, YamlValue>()
  const root = document.contents
  if (root !== null && !parser.isMap(root)) {
    return unread(`${path}:1: it is not a map; write one "option: value" per line`)
  }
  const visit = (map: typeof root, room: string): void => {
    for (const { key, value } of map?.items ?? []) {
      const name = `${room}${parser.isScalar(key) ? key.value : key}`
      const line = lines.linePos((key as unknown as { range?: [number] }).range?.[0] ?? 0).line
      if (room === '' && parser.isMap(value)) visit(value, `${name}.`)
      else values.set(name, { value: toPlain(value), place: `${path}:${line}: ${name}` })
    }
  }
  const toPlain = (node: unknown): unknown =>
    (node as { toJS(document: unknown): unknown } | null)?.toJS(document) ?? undefined
  visit(root, '')
  return { values, faults: [] }
}

function unread(fault: string): YamlFile {
  return { values: new Map(), faults: [fault] }
}
