/** How a file begins: the records of how it is read, or what it is taken for. */
export type Head = { reads: 'pieces' | 'protobuf' | 'gzip' } | { looks: string; remedy: string }

/** So many bytes say what a file is; less is all of it. */
export const headBytes = 4096

const send =
  'a file of OTLP (JSON or protobuf), Jaeger, Zipkin v2 or Tempo, of log objects, or of lines that begin with a time is read'

const magics: readonly [hex: string, looks: string, remedy: string][] = [
  ['1f8b', '', ''],
  ['89504e47', 'an image (PNG)', send],
  ['ffd8ff', 'an image (JPEG)', send],
  ['47494638', 'an image (GIF)', send],
  ['25504446', 'a PDF', send],
  ['504b0304', 'a ZIP archive', 'unpack it and send the files in it'],
  ['504b0506', 'an empty ZIP archive', send],
  ['28b52ffd', 'compressed by zstd', 'unpack it with zstd -d'],
  ['425a68', 'compressed by bzip2', 'unpack it with bzip2 -d'],
  ['fd377a585a00', 'compressed by xz', 'unpack it with xz -d'],
  ['53514c69746520666f726d617420330', 'a database of SQLite', send],
  ['7f454c46', 'a program (ELF)', send],
  ['4d5a9000', 'a program (PE)', send],
  ['50415231', 'Parquet', send],
  ['4f626a01', 'Avro', send],
]

/** Judges a file by its first bytes. */
export function readHead(head: Buffer): Head {
  const hex = head.toString('hex', 0, 16)
  const magic = magics.find(([start]) => hex.startsWith(start))
  if (magic?.[0] === '1f8b') return { reads: 'gzip' }
  if (magic !== undefined) return { looks: magic[1], remedy: magic[2] }
  if (head.toString('latin1', 257, 262) === 'ustar')
    return { looks: 'a tar archive', remedy: 'unpack it and send the files in it' }
  if (/^(fffe|feff)/.test(hex) || isUtf16(head)) return utf16
  if (hasControls(head)) return { reads: 'protobuf' }
  return isUtf8(head) ? textHead(head.toString('utf8').replace(/^\uFEFF/, '')) : otherText
}

const utf16: Head = { looks: 'text in UTF-16', remedy: 'save it as UTF-8: iconv -f UTF-16 -t UTF-8' }
const otherText: Head = {
  looks: 'text that is not UTF-8',
  remedy: 'save it as UTF-8: iconv -t UTF-8 -f WINDOWS-1252, or GB18030, SHIFT_JIS, KOI8-R',
}

/** Without its mark: of the bytes of ASCII every second one is 0, and no other. */
function isUtf16(head: Buffer): boolean {
  const zeros = [0, 0]
  for (const [at, byte] of head.entries()) if (byte === 0) zeros[at % 2]!++
  const [most, least] = [Math.max(...zeros), Math.min(...zeros)]
  return least === 0 && most > 3 && most > head.length / 3
}

/** Those that no text has. OTLP protobuf has one in each of its messages. */
function hasControls(head: Buffer): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\0-\x07\x0e-\x1a]/.test(head.toString('latin1'))
}

/** But for a few bytes, such as those of a line that was cut. */
function isUtf8(head: Buffer): boolean {
  const text = head.toString('utf8')
  const bad = text.slice(0, -4).split('\uFFFD').length - 1
  return bad <= text.length / 100
}

const documents: readonly [pattern: RegExp, looks: string, remedy: string][] = [
  [/^\s*<(!doctype html|html|head|body)\b/i, 'HTML', 'a page was saved instead of the file that it links to'],
  [/^\s*<(\?xml|svg)\b/i, 'XML', send],
  [/^\s*(\{\s*"traceEvents"|\[\s*\{[^{}]*"ph"\s*:\s*")/, 'a trace of Chrome', send],
  [/^\s*\{\s*"log"\s*:\s*\{\s*"(version|creator|pages|browser)"/, 'a HAR of a browser', send],
  [/^\s*\{\s*"nodes"\s*:\s*\[\s*\{[^{}]*"callFrame"/, 'a CPU profile of V8', send],
  [/^\s*\{\s*"snapshot"\s*:\s*\{\s*"meta"/, 'a heap snapshot of V8', send],
  [
    /^\s*\{\s*"status"\s*:\s*"success"\s*,\s*"data"\s*:\s*\{\s*"resultType"/,
    'an answer of Loki or Prometheus',
    'ask Loki by logcli query --output=jsonl',
  ],
  [
    /^\s*\{\s*"took"\s*:\s*\d+/,
    'an answer of Elasticsearch',
    'send its hits, one a line: jq -c ".hits.hits[]"',
  ],
  [
    /^\s*\{\s*"resource_?[mM]etrics"/,
    'metrics of OTLP',
    'the desk keeps lines and spans; metrics are not kept',
  ],
  [/^\s*# (HELP|TYPE) \w/, 'metrics of Prometheus', 'the desk keeps lines and spans; metrics are not kept'],
]

function textHead(text: string): Head {
  const known = documents.find(([pattern]) => pattern.test(text))
  if (known !== undefined) return { looks: known[1], remedy: known[2] }
  return looksLikeCsv(text)
    ? { looks: 'CSV', remedy: 'send a JSON object a line instead' }
    : { reads: 'pieces' }
}

/** The names of columns, and as many values in the lines below. */
function looksLikeCsv(text: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line !== '')
  const separator = [',', ';', '\t'].find((one) => (lines[0] ?? '').split(one).length > 2)
  if (separator === undefined || lines.length < 2) return false
  const names = lines[0]!.split(separator)
  const areNames = names.every((name) => /^"?[A-Za-z_][\w .()/@-]{0,60}"?$/.test(name.trim()))
  return areNames && lines[1]!.split(separator).length >= names.length
}

/** The message of a file that is refused. */
export function refusalOf({ looks, remedy }: { looks: string; remedy: string }): string {
  return `this looks like ${looks}: ${remedy}`
}

/** The end of what is said of a file in which nothing is known. */
export const whatIsRead: string = send
