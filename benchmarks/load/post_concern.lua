-- Posts concerns: a case and a body at random, by one of the school's staff, a new Idempotency-Key each time.
-- Arguments: files of case ids, tokens and bodies, one a line; a word that no other run uses.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function lines(path)
  local found = {}
  for line in io.lines(path) do found[#found + 1] = line end
  return found
end

function init(args)
  math.randomseed(os.time() + 7919 * number)
  cases, tokens, bodies, run = lines(args[1]), lines(args[2]), lines(args[3]), args[4]
  sent = 0
end

function request()
  sent = sent + 1
  local case = math.random(#cases)
  local headers = {
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. tokens[(case - 1) % #tokens + 1],
    ["Idempotency-Key"] = string.format("%s-%04x-%08x", run, number, sent),
  }
  return wrk.format("POST", "/v1/cases/" .. cases[case] .. "/concerns", headers, bodies[math.random(#bodies)])
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"microseconds":%d,"failed":%d,"p50":%d,"p99":%d}',
    summary.requests, summary.duration, errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
