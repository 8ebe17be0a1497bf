-- Prints the result of a load as one line, which Wrk.java reads.
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
