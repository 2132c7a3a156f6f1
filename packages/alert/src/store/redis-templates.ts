import { createHash, randomUUID } from 'node:crypto'
import { createSharing, type Miner, type SharedEntry } from '@clew/templates'
import { type RedisClient, sendTo } from './redis-client.ts'

/** Where templates are shared; without a prefix the keys begin with `{clew}:`. */
export type RedisTemplatesOptions = {
  client: RedisClient
  /** Between the braces of the keys. Default `clew`. */
  prefix?: string
  /** Ids that Redis keeps, of templates and of those that became parts of others; those changed longest ago go. Default 30,000. */
  maxIds?: number
  /** Told of what is damaged in Redis and left out. */
  report(problem: string): void
}

/** So many entries in one call, each way. */
const mostInCall = 1000

/**
 * One step: gives what was changed since the caller's serial, the oldest first, then takes his entries. An id that became a part of another stays
 * one, of two others of the lesser, so that all come to the same whoever is first. The last text of an id stays: who knows a more
 * general one gives it again.
 *
 * Arguments: the epoch that the caller knows, a name for a new one, his serial, entries to give, ids to keep, then id and value in
 * turn. Answers the epoch, the serial up to which he knows all now, whether there are more, whether what he gave
 * before is lost, and ids and values.
 */
const script = `local hash, order, epochKey, serialKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local epoch = redis.call('GET', epochKey)
if not epoch then
  epoch = ARGV[2]
  redis.call('SET', epochKey, epoch)
end
local serial = tonumber(redis.call('GET', serialKey) or '0')
local since = tonumber(ARGV[3])
local isLost = ARGV[1] ~= '' and (epoch ~= ARGV[1] or since > serial)
if isLost then since = 0 end
local most = tonumber(ARGV[4])
local found = redis.call('ZRANGEBYSCORE', order, string.format('(%d', since), '+inf', 'WITHSCORES', 'LIMIT', 0, most)
local ids, values = {}, {}
for i = 1, #found, 2 do
  ids[#ids + 1] = found[i]
  since = tonumber(found[i + 1])
end
if #ids > 0 then values = redis.call('HMGET', hash, unpack(ids)) end
for i = 1, #ids do values[i] = values[i] or '' end
local hasMore = #ids == most
local function part(value)
  return value and string.sub(value, 1, 1) == '>' and tonumber(string.sub(value, 2)) or false
end
for i = 6, #ARGV, 2 do
  local old, new = redis.call('HGET', hash, ARGV[i]), ARGV[i + 1]
  local was, is = part(old), part(new)
  if old ~= new and (not was or (is and is < was)) then
    serial = serial + 1
    redis.call('HSET', hash, ARGV[i], new)
    redis.call('ZADD', order, serial, ARGV[i])
  end
end
redis.call('SET', serialKey, string.format('%d', serial))
local tooMany = redis.call('ZCARD', order) - tonumber(ARGV[5])
if tooMany > 0 then
  for _, id in ipairs(redis.call('ZRANGE', order, 0, tooMany - 1)) do redis.call('HDEL', hash, id) end
  redis.call('ZREMRANGEBYRANK', order, 0, tooMany - 1)
end
if not hasMore then since = serial end
return { epoch, string.format('%d', since), hasMore and 1 or 0, isLost and 1 or 0, ids, values }`

const sha = createHash('sha1').update(script).digest('hex')

/**
 * Lets miners of several processes learn from each other: each call of `exchange` gives to a hash in Redis what this
 * one found since, and takes what others did. Call it now and then, such as each ten seconds, and once before the first line. All
 * that call it then have the same ids. It rejects when Redis cannot be asked or holds something else by these
 * names; the miner goes on by itself, and the next call gives the same again. When Redis was flushed, all is given anew.
 */
export function shareTemplates(
  miner: Miner,
  { client, prefix = 'clew', maxIds = 30_000, report }: RedisTemplatesOptions,
): { exchange(): Promise<void> } {
  const keys = ['', '-order', '-epoch', '-serial'].map((what) => `{${prefix}}:template${what}`)
  const sharing = createSharing(miner, report)
  let epoch = ''
  let serial = 0
  let isAnew = false

  const call = async (
    entries: readonly SharedEntry[],
  ): Promise<{ hasMore: boolean; came: SharedEntry[] }> => {
    const words = [epoch, randomUUID(), serial, mostInCall, maxIds, ...entries.flat()].map(String)
    const rest = [String(keys.length), ...keys, ...words]
    const answer = await sendTo(client, ['EVALSHA', sha, ...rest]).catch((error: unknown) => {
      if (!/NOSCRIPT/.test(String(error))) throw error
      return sendTo(client, ['EVAL', script, ...rest])
    })
    const [now, since, more, lost, ids, values] = answer as [
      string,
      string,
      number,
      number,
      string[],
      string[],
    ]
    if (Number(lost) === 1) isAnew = true
    epoch = now
    serial = Number(since)
    return { hasMore: Number(more) === 1, came: ids.map((id, at): SharedEntry => [id, values[at]!]) }
  }

  const swap = async (own: SharedEntry[]): Promise<SharedEntry[]> => {
    const all: SharedEntry[] = []
    for (let at = 0, hasMore = true; at < own.length || hasMore; at += mostInCall) {
      const answer = await call(own.slice(at, at + mostInCall))
      for (const entry of answer.came) all.push(entry)
      hasMore = answer.hasMore
    }
    return all
  }

  return {
    async exchange() {
      isAnew = false
      await sharing.exchange(swap)
      if (!isAnew) return
      sharing.beginAnew()
      await sharing.exchange(swap)
    },
  }
}
