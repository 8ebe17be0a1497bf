-- Sends has_permission for random users and permissions of random tenants. Does not verify the answers, which would
-- cost more than the requests; the benchmark verifies a sample itself.
-- Arguments: host:port, users of a tenant, permissions of a tenant, the tenants' keys.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(arguments)
  users = tonumber(arguments[2])
  permissions = tonumber(arguments[3])
  tails = {}
  for i = 4, #arguments do
    tails[i - 3] = " HTTP/1.1\r\nHost: " .. arguments[1] .. "\r\nAuthorization: Bearer " .. arguments[i] .. "\r\n\r\n"
  end
  math.randomseed(os.time() * 100 + number)
end

function request()
  return "GET /api/has_permission/" .. math.random(users) .. "/" .. math.random(permissions) .. tails[math.random(#tails)]
end

dofile("outcome.lua")
