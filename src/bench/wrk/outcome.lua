-- What all loads have in common: each thread has a number, for its random numbers, and the result is printed as one line,
-- which Wrk.java reads.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("outcome %d %d %d %d %d %d\n",
    summary.duration,
    summary.requests,
    errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50),
    latency:percentile(99)))
end
