import { storeLimits } from './store.ts'

/**
 * What Redis does in one step. Each script gets the same keys; none is touched that is not among them, and all share a hash tag, so a
 * cluster runs them too. The first argument is the epoch that the caller knows, the second a name for a new one: when Redis
 * has lost everything, the epoch is another, and nobody may go on as if his windows were still there.
 */
const keys = [
  'epoch',
  'position',
  'clock',
  'version',
  'cell',
  'due',
  'alert',
  'held',
  'serial',
  'decision',
  'history',
  'count',
  'turn',
  'watch',
  'warning',
  'warned',
] as const

const named = `local K = {}
for i, name in ipairs({ ${keys.map((key) => `'${key}'`).join(', ')} }) do K[name] = KEYS[i] end
`

const inEpoch = `${named}local epoch = redis.call('GET', K.epoch)
if ARGV[1] ~= '' and ARGV[1] ~= epoch then return { 'lost' } end
if not epoch then
  epoch = ARGV[2]
  redis.call('SET', K.epoch, epoch)
end
`

/** Numbers stay the texts that they are: Lua writes 1700000000000 as 1.7e+12. */
const lowest = `local function lowest()
  local low = false
  for _, ms in ipairs(redis.call('HVALS', K.clock)) do
    if not low or tonumber(ms) < tonumber(low) then low = ms end
  end
  return low or '0'
end
`

/** In pieces, since a call takes some thousands of arguments. */
const inPieces = `local function call(command, key, list)
  for from = 1, #list, 4000 do
    redis.call(command, key, unpack(list, from, math.min(from + 3999, #list)))
  end
end
local function texts(command, key, list)
  local all = {}
  for from = 1, #list, 4000 do
    for _, one in ipairs(redis.call(command, key, unpack(list, from, math.min(from + 3999, #list)))) do
      all[#all + 1] = one
    end
  end
  return all
end
`

const nowMs = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

const position = `${inEpoch}return { epoch, redis.call('HGET', K.position, ARGV[3]) }`

const watch = `${inEpoch}return { epoch, redis.call('HMGET', K.watch, ARGV[3] .. ' version', ARGV[3] .. ' next', ARGV[3] .. ' state') }`

const warnings = `${named}local found = {}
for _, id in ipairs(redis.call('ZREVRANGE', K.warned, 0, ARGV[1] - 1)) do
  for _, text in ipairs(redis.call('HMGET', K.warning, id, id .. ' failure', id .. ' opinion')) do
    found[#found + 1] = text or ''
  end
end
return found`

const load = `${inEpoch}${inPieces}local names = {}
for i = 3, #ARGV do names[#names + 1] = ARGV[i] end
return { epoch, texts('HMGET', K.version, names), texts('HMGET', K.cell, names) }`

/** Arguments: partition ('' for none), before, after, the new version, the limits, then lists, each after its length. */
const commit = `${inEpoch}${lowest}${inPieces}local at = 9
local function list()
  local many = tonumber(ARGV[at])
  local all = {}
  for i = at + 1, at + many do all[#all + 1] = ARGV[i] end
  at = at + many + 1
  return all
end
local clocks, names, versions, dues, states = list(), list(), list(), list(), list()
local alerts, decisions, counts = list(), list(), list()
local watch, warnings, notes = list(), list(), list()
if ARGV[3] ~= '' and (redis.call('HGET', K.position, ARGV[3]) or '') ~= ARGV[4] then
  return { epoch, 'elsewhere', lowest() }
end
if #watch > 0 and (redis.call('HGET', K.watch, watch[1] .. ' version') or '') ~= watch[2] then
  return { epoch, 'elsewhere', lowest() }
end
for i, version in ipairs(texts('HMGET', K.version, names)) do
  if (version or '0') ~= versions[i] then return { epoch, 'changed', lowest() } end
end
if ARGV[3] ~= '' then redis.call('HSET', K.position, ARGV[3], ARGV[5]) end
for i = 1, #clocks, 2 do
  local known = redis.call('HGET', K.clock, clocks[i])
  if not known or tonumber(known) < tonumber(clocks[i + 1]) then
    redis.call('HSET', K.clock, clocks[i], clocks[i + 1])
  end
end
local kept, fresh, due, gone = {}, {}, {}, {}
for i, name in ipairs(names) do
  if states[i] == '' then
    gone[#gone + 1] = name
  else
    kept[#kept + 1] = name
    kept[#kept + 1] = states[i]
    fresh[#fresh + 1] = name
    fresh[#fresh + 1] = ARGV[6]
    due[#due + 1] = dues[i]
    due[#due + 1] = name
  end
end
call('HSET', K.cell, kept)
call('HSET', K.version, fresh)
call('ZADD', K.due, due)
call('HDEL', K.cell, gone)
call('HDEL', K.version, gone)
call('ZREM', K.due, gone)
local most = tonumber(ARGV[7])
if #watch > 0 then
  redis.call('HSET', K.watch, watch[1] .. ' version', watch[3], watch[1] .. ' next', watch[4], watch[1] .. ' state', watch[5])
end
for i = 1, #warnings, 3 do
  redis.call('HSET', K.warning, warnings[i], warnings[i + 2])
  redis.call('ZADD', K.warned, warnings[i + 1], warnings[i])
end
for i = 1, #notes, 3 do
  if redis.call('HEXISTS', K.warning, notes[i]) == 1 then
    local set = notes[i + 1] == 'failure' and 'HSETNX' or 'HSET'
    redis.call(set, K.warning, notes[i] .. ' ' .. notes[i + 1], notes[i + 2])
  end
end
local over = #warnings > 0 and redis.call('ZCARD', K.warned) - most or 0
if over > 0 then
  for _, id in ipairs(redis.call('ZRANGE', K.warned, 0, over - 1)) do
    redis.call('HDEL', K.warning, id, id .. ' failure', id .. ' opinion')
    redis.call('ZREM', K.warned, id)
  end
end
for _, alert in ipairs(alerts) do
  local serial = string.format('%016d', redis.call('INCR', K.serial))
  redis.call('HSET', K.alert, serial, alert)
  redis.call('ZADD', K.held, 0, serial)
end
local tooMany = #alerts > 0 and redis.call('HLEN', K.alert) - tonumber(ARGV[8]) or 0
if tooMany > 0 then
  local oldest = redis.call('ZRANGE', K.held, 0, tooMany - 1)
  call('ZREM', K.held, oldest)
  call('HDEL', K.alert, oldest)
  redis.call('HINCRBY', K.count, '', tooMany)
end
if #alerts > 0 then
  call('LPUSH', K.history, alerts)
  redis.call('LTRIM', K.history, 0, most - 1)
end
if #decisions > 0 then
  call('LPUSH', K.decision, decisions)
  redis.call('LTRIM', K.decision, 0, most - 1)
end
for i = 1, #counts, 2 do redis.call('HINCRBY', K.count, counts[i], counts[i + 1]) end
return { epoch, 'stored', lowest() }`

const low = `${inEpoch}${lowest}return { epoch, lowest() }`

const due = `${inEpoch}return { epoch, redis.call('ZRANGEBYSCORE', K.due, '-inf', ARGV[3], 'LIMIT', 0, ARGV[4]) }`

/** Those that another took and did not finish come first: they are older. */
const take = `${named}${inPieces}${nowMs}local most = tonumber(ARGV[1])
local serials = redis.call('ZRANGEBYSCORE', K.held, '(0', now, 'LIMIT', 0, most)
for _, held in ipairs({ { '(' .. now + ${storeLimits.heldMs}, '+inf' }, { 0, 0 } }) do
  if #serials < most then
    for _, one in ipairs(redis.call('ZRANGEBYSCORE', K.held, held[1], held[2], 'LIMIT', 0, most - #serials)) do
      serials[#serials + 1] = one
    end
  end
end
local taken = {}
for _, one in ipairs(serials) do
  taken[#taken + 1] = now + tonumber(ARGV[2])
  taken[#taken + 1] = one
end
call('ZADD', K.held, taken)
return { serials, texts('HMGET', K.alert, serials) }`

const hold = `${named}${nowMs}for i = 2, #ARGV do redis.call('ZADD', K.held, 'XX', now + tonumber(ARGV[1]), ARGV[i]) end`

const done = `${named}${inPieces}call('ZREM', K.held, ARGV)
call('HDEL', K.alert, ARGV)`

/** Arguments: who wants it, and after how many milliseconds it is anybody's again. */
const enter = `${named}if redis.call('SET', K.turn, ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`

const leave = `${named}if redis.call('GET', K.turn) == ARGV[1] then redis.call('DEL', K.turn) end`

const explain = `${named}local counts = {}
for _, name in ipairs(redis.call('HKEYS', K.count)) do
  counts[#counts + 1] = name
  counts[#counts + 1] = redis.call('HGET', K.count, name)
end
local decisions = {}
if tonumber(ARGV[1]) > 0 then decisions = redis.call('LRANGE', K.decision, 0, ARGV[1] - 1) end
return { decisions, counts }`

const history = `${named}return redis.call('LRANGE', K.history, 0, ARGV[1] - 1)`

const size = `${named}return { redis.call('HLEN', K.cell), redis.call('HLEN', K.alert), redis.call('HGET', K.count, '') or '0' }`

type ScriptName =
  | 'watch'
  | 'warnings'
  | 'position'
  | 'load'
  | 'commit'
  | 'low'
  | 'due'
  | 'enter'
  | 'leave'
  | 'take'
  | 'hold'
  | 'done'
  | 'explain'
  | 'history'
  | 'size'

/** Lua of Redis 6.2 and later. */
export const redisScripts: Readonly<Record<ScriptName, string>> = {
  ...{
    watch,
    warnings,
    position,
    load,
    commit,
    low,
    due,
    enter,
    leave,
    take,
    hold,
    done,
    explain,
    history,
    size,
  },
}

/** Names of all keys, in the order in which the scripts take them. */
export function keysOf(prefix: string): string[] {
  return keys.map((key) => `{${prefix}}:${key}`)
}
