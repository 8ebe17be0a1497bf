-- Gives random users of random tenants one of twenty roles.
-- Arguments: host:port, users of a tenant, the tenants' keys.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(arguments)
  users = tonumber(arguments[2])
  tails = {}
  for i = 3, #arguments do
    tails[i - 2] = " HTTP/1.1\r\nHost: " .. arguments[1] .. "\r\nAuthorization: Bearer " .. arguments[i] .. "\r\n\r\n"
  end
  math.randomseed(os.time() * 100 + number)
end

function request()
  return "POST /api/membership/" .. math.random(users) .. "/role" .. math.random(0, 19) .. tails[math.random(#tails)]
end

dofile("outcome.lua")
