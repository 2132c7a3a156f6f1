import { compileEndings, type Endings, maxEnding } from './endings.ts'

/**
 * Names whose values are cut wherever they stand, in lower case and without `-` and `_`. `*` is any beginning.
 * Names alone, as no value tells that it is a password.
 */
export const defaultDeniedKeys: readonly string[] = [
  ...['*password', '*passwordhash', '*passwd', '*passphrase', 'passcode', 'pwd'],
  ...['*secret', '*secretkey', '*privatekey', '*apikey', '*accesskey', '*signingkey', '*encryptionkey'],
  ...['token', 'jwt', 'idtoken', '*accesstoken', '*refreshtoken', '*authtoken', '*apitoken', '*bearertoken'],
  ...['*sessiontoken', '*securitytoken', '*csrftoken', '*xsrftoken', '*resettoken'],
  ...['authorization', '*proxyauthorization', 'cookie', 'cookies', 'setcookie'],
  ...['awsaccesskeyid', '*amzsignature', '*googsignature'],
  ...['cardnumber', 'creditcard', 'cvv', 'cvv2', 'cvc'],
]

type Judged = {
  /** A switch tells no secret: under a name of the default list it stays. */
  denied: 'never' | 'unless boolean' | 'always'
  /** Asked with the keys above. */
  paths: readonly RegExp[]
}

export type DeniedKeys = {
  /** Whether `denies()` is to be asked of the key. */
  mayDeny(key: string): boolean
  /** `above`: the keys that lead to `key`. */
  denies(key: string, above: readonly string[], value: unknown): boolean
  mayEnd: Endings
}

const maxCached = 4096
const maxLength = 256

/**
 * Compiles key paths into a lookup by key. A path is compared from its end, whatever is above it: `user.card` is the card of any
 * user. Of a key, `.` separates steps as nesting does; case, `-` and `_` do not count. `*` is any step, or any text in one.
 * With `!` before it a path is never denied.
 */
export function compileDeniedKeys(given: readonly string[]): DeniedKeys {
  const own = given.filter((path) => !path.startsWith('!')).map(compilePath)
  const kept = given.filter((path) => path.startsWith('!')).map((path) => compilePath(path.slice(1)))
  const byDefault = defaultDeniedKeys.map(compilePath)
  const cache = new Map<string, Judged>()
  const judge = (key: string): Judged => {
    const name = normalize(key)
    const isOf = ({ whole }: Path): boolean => whole.test(name)
    if (kept.some(isOf)) return { denied: 'never', paths: [] }
    if (own.some(isOf)) return { denied: 'always', paths: [] }
    if (byDefault.some(isOf)) return { denied: 'unless boolean', paths: [] }
    const asked = own.filter(({ last, steps }) => steps > 1 && last.test(name))
    return { denied: 'never', paths: asked.map(({ whole }) => whole) }
  }
  const of = (key: string): Judged => {
    const found = cache.get(key)
    if (found !== undefined) return found
    // Keys made of data would fill the cache for good.
    if (cache.size >= maxCached) cache.clear()
    const judged = judge(key)
    cache.set(key, judged)
    return judged
  }
  const mayDeny = (key: string): boolean => {
    const { denied, paths } = of(key)
    return denied !== 'never' || paths.length > 0
  }
  return {
    mayDeny,
    denies(key, above, value) {
      if (value === null || value === '' || !mayDeny(key)) return false
      const { denied, paths } = of(key)
      if (denied !== 'never') return denied === 'always' || typeof value !== 'boolean'
      const name = normalize([...above, key].join('.'))
      return paths.some((path) => path.test(name))
    },
    mayEnd: compileEndings([...own, ...byDefault].map(({ ending }) => ending)),
  }
}

type Path = {
  whole: RegExp
  last: RegExp
  steps: number
  /** What its last step ends with; where that has no `*`, behind a `^`. */
  ending: string
}

function compilePath(path: string): Path {
  const steps = normalize(path)
    .replace(/^(\*\.)+/, '')
    .split('.')
  const sources = steps.map((step) => step.split('*').map(escapeText).join('[^.]*'))
  return {
    whole: new RegExp(`(?:^|\\.)${sources.join('\\.')}$`),
    last: new RegExp(`(?:^|\\.)${sources.at(-1)}$`),
    steps: steps.length,
    ending: `^${steps.at(-1)}`.slice(-maxEnding).replace(/^.*\*/, ''),
  }
}

function normalize(key: string): string {
  return key
    .slice(-maxLength)
    .toLowerCase()
    .replaceAll(/[-_\s]/g, '')
}

const ids = /^(?:id|ids|uuid|guid|hash|offset|seq|sequence|timestamp|ts|time|size|bytes|count|version|nanos)$/
const things =
  /^(?:order|invoice|ticket|trace|span|request|req|job|batch|build|message|event|partition|sku|shipment)$/
const personal = /^(?:card|pan|phone|mobile|tel|cell|account|acct|payment)$/

/** Also of the word before a number in a text. */
export function namesThing(name: string): boolean {
  const words = name
    .slice(-maxLength)
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
  return (
    (ids.test(words.at(-1) ?? '') || words.some((word) => things.test(word))) &&
    !words.some((word) => personal.test(word))
  )
}

// RegExp.escape() is there from Node.js 24 on.
function escapeText(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}
