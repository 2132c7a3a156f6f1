export type TokenKind = 'space' | 'comment' | 'literal' | 'quoted' | 'parameter' | 'word' | 'sign'

export type Token = { kind: TokenKind; text: string }

/** How a server reads its texts: in MySQL and MariaDB `"` encloses a string, `#` begins a comment and `\` escapes. */
export type Dialect = 'postgresql' | 'mysql'

const space = /(?<space>\s+)/
const number =
  /(?<number>0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/
const word = /(?<word>[a-zA-Z_\u0080-\uffff][\w$\u0080-\uffff]*)/
const sign = /(?<sign>.)/

// An unclosed string, comment or identifier reaches to the end of the text: what follows it may be a value.
// The order matters: E'' strings and dollar quotes before words, numbers after words.
const patterns: Readonly<Record<Dialect, RegExp>> = {
  // https://www.postgresql.org/docs/current/sql-syntax-lexical.html
  postgresql: joined([
    space,
    /(?<comment>--[^\n]*|\/\*)/,
    /(?<escaped>[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*(?:'|\\?$))/,
    /(?<string>(?:[uU]&|[bBxXnN])?'[^']*(?:''[^']*)*(?:'|$))/,
    /(?<quoted>(?:[uU]&)?"[^"]*(?:""[^"]*)*(?:"|$))/,
    /(?<dollar>\$(?<tag>(?:[a-zA-Z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$.*?(?:\$\k<tag>\$|$))/,
    /(?<parameter>\$\d+)/,
    word,
    number,
    sign,
  ]),
  // https://dev.mysql.com/doc/refman/9.4/en/language-structure.html
  mysql: joined([
    space,
    /(?<comment>--(?=\s|$)[^\n]*|#[^\n]*|\/\*)/,
    /(?<string>[bBxXnN]?'[^'\\]*(?:(?:\\.|'')[^'\\]*)*(?:'|\\?$))/,
    /(?<escaped>"[^"\\]*(?:(?:\\.|"")[^"\\]*)*(?:"|\\?$))/,
    /(?<quoted>`[^`]*(?:``[^`]*)*(?:`|$))/,
    /(?<parameter>\?|:[a-zA-Z_]\w*)/,
    word,
    number,
    sign,
  ]),
}

function joined(parts: readonly RegExp[]): RegExp {
  return new RegExp(parts.map((part) => part.source).join('|'), 'sy')
}

const kindOfGroup: Readonly<Record<string, TokenKind>> = {
  space: 'space',
  comment: 'comment',
  escaped: 'literal',
  string: 'literal',
  dollar: 'literal',
  number: 'literal',
  quoted: 'quoted',
  parameter: 'parameter',
  word: 'word',
  sign: 'sign',
}

/** The tokens of a text, in order; joined, their texts are the input. Never throws. */
export function tokenize(sql: string, dialect: Dialect): Token[] {
  const tokens: Token[] = []
  const pattern = patterns[dialect]
  for (let at = 0; at < sql.length; ) {
    pattern.lastIndex = at
    const match = pattern.exec(sql)
    if (!match) break
    const kind = kindOf(match.groups ?? {})
    const end = match[0] === '/*' ? endOfBlockComment(sql, at, dialect) : at + match[0].length
    tokens.push({ kind, text: sql.slice(at, end) })
    at = end
  }
  return tokens
}

function kindOf(groups: Record<string, string | undefined>): TokenKind {
  for (const group in kindOfGroup) {
    if (groups[group] !== undefined) return kindOfGroup[group]!
  }
  return 'sign'
}

// Block comments nest in PostgreSQL, and in it alone.
function endOfBlockComment(sql: string, start: number, dialect: Dialect): number {
  if (dialect === 'mysql') {
    const end = sql.indexOf('*/', start + 2)
    return end < 0 ? sql.length : end + 2
  }
  const edge = /\/\*|\*\//g
  edge.lastIndex = start
  let depth = 0
  for (let match = edge.exec(sql); match; match = edge.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return match.index + 2
  }
  return sql.length
}
