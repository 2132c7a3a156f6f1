/** Of a command or a batch no more are shown. */
export const maxShownArguments = 32
const maxTextLength = 1_024

/** The command as it may be shown: of its arguments the keys, `?` for each other one; at most 32 of them and 1,024 characters. */
export function textOfCommand(name: string, args: readonly unknown[], keys: readonly unknown[]): string {
  let text = nameOfCommand(name)
  const shown = Math.min(args.length, maxShownArguments)
  for (let at = 0; at < shown; at++) {
    const arg = args[at]
    text += typeof arg === 'string' && keys.includes(arg) ? ` ${arg}` : ' ?'
  }
  return clipCommands(args.length > maxShownArguments ? `${text} …` : text)
}

/** The text of one or more commands, cut to 1,024 characters. */
export function clipCommands(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text
}

/** The code that begins an error of the server, such as `WRONGTYPE`. */
export function codeOfReply(message: unknown): string | undefined {
  return /^[A-Z]+(?= |$)/.exec(String(message))?.[0]
}

type KeyRule = (args: readonly unknown[]) => readonly unknown[]

const words = (text: string): string[] => text.trim().split(/\s+/)

function firstOf(args: readonly unknown[]): readonly unknown[] {
  return args.length > 1 ? args.slice(0, 1) : args
}

/** Keys after their number, which stands at this place. */
function counted(at: number): KeyRule {
  return (args) => args.slice(at + 1, at + 1 + (Number(args[at]) || 0))
}

// By the key specifications of the server: https://redis.io/docs/latest/develop/reference/key-specs/
const rules: readonly (readonly [names: string, rule: KeyRule])[] = [
  [
    `APPEND BITCOUNT BITFIELD BITFIELD_RO BITPOS DECR DECRBY DUMP EXPIRE EXPIREAT EXPIRETIME GEOADD GEODIST GEOHASH GEOPOS
    GEOSEARCH GET GETBIT GETDEL GETEX GETRANGE GETSET HDEL HEXISTS HEXPIRE HEXPIREAT HEXPIRETIME HGET HGETALL HGETDEL HGETEX
    HINCRBY HINCRBYFLOAT HKEYS HLEN HMGET HMSET HPERSIST HPEXPIRE HPTTL HRANDFIELD HSCAN HSET HSETEX HSETNX HSTRLEN HTTL HVALS INCR INCRBY
    INCRBYFLOAT LINDEX LINSERT LLEN LPOP LPOS LPUSH LPUSHX LRANGE LREM LSET LTRIM MOVE PERSIST PEXPIRE PEXPIREAT PEXPIRETIME
    PFADD PSETEX PTTL RESTORE RPOP RPUSH RPUSHX SADD SCARD SET SETBIT SETEX SETNX SETRANGE SISMEMBER SMEMBERS SMISMEMBER SORT_RO
    SPOP SRANDMEMBER SREM SSCAN STRLEN SUBSTR TTL TYPE XACK XACKDEL XADD XAUTOCLAIM XCLAIM XDEL XDELEX XLEN XPENDING XRANGE XREVRANGE
    XSETID XTRIM ZADD ZCARD ZCOUNT ZINCRBY ZLEXCOUNT ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANK ZREM
    ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE`,
    firstOf,
  ],
  ['SORT', (args) => [args[0], ...afterWord(args, 'STORE').slice(0, 1)]],
  [
    'COPY RENAME RENAMENX SMOVE LMOVE RPOPLPUSH BLMOVE BRPOPLPUSH ZRANGESTORE GEOSEARCHSTORE LCS',
    (args) => args.slice(0, 2),
  ],
  [
    'DEL UNLINK EXISTS TOUCH MGET WATCH SINTER SINTERSTORE SUNION SUNIONSTORE SDIFF SDIFFSTORE PFCOUNT PFMERGE',
    (args) => args,
  ],
  ['MSET MSETNX', (args) => args.filter((_, i) => i % 2 === 0)],
  ['BLPOP BRPOP BZPOPMIN BZPOPMAX', (args) => args.slice(0, -1)],
  ['BITOP', (args) => args.slice(1)],
  ['OBJECT XGROUP XINFO', (args) => args.slice(1, 2)],
  ['EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO BLMPOP BZMPOP', counted(1)],
  ['ZUNION ZINTER ZDIFF SINTERCARD ZINTERCARD LMPOP ZMPOP', counted(0)],
  ['ZUNIONSTORE ZINTERSTORE ZDIFFSTORE', (args) => [args[0], ...counted(1)(args)]],
  ['XREAD XREADGROUP', keysOfStreams],
]

function keysOfStreams(args: readonly unknown[]): readonly unknown[] {
  const rest = afterWord(args, 'STREAMS')
  return rest.slice(0, rest.length / 2)
}

/** None without that word. */
function afterWord(args: readonly unknown[], word: string): readonly unknown[] {
  const at = args.findIndex((arg) => String(arg).toUpperCase() === word)
  return at < 0 ? none : args.slice(at + 1)
}

/** By upper- and lower-case name, as clients have it: to change the case of each command costs more than all the rest. */
const known = new Map(
  rules.flatMap(([names, keysOf]) =>
    words(names).flatMap((name) => [name, name.toLowerCase()].map((key) => [key, { name, keysOf }] as const)),
  ),
)

/** The name in upper case. */
export function nameOfCommand(name: string): string {
  return known.get(name)?.name ?? name.toUpperCase()
}

/** The keys among the arguments after a command's name; of a command that is not known none, so that no value is taken for one. */
export function keysOfCommand(name: string, args: readonly unknown[]): readonly unknown[] {
  return knownKeysOf(name, args) ?? none
}

/** The same, and undefined of a command that is not known. */
export function knownKeysOf(name: string, args: readonly unknown[]): readonly unknown[] | undefined {
  return (known.get(name) ?? known.get(name.toUpperCase()))?.keysOf(args)
}

const none: readonly unknown[] = []
