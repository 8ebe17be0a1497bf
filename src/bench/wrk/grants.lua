-- Gives random users of random tenants one of ten roles: of even number to even users, so that the answers to the
-- checks that the benchmark verifies stay the same.
-- Arguments: host:port, users of a tenant, the tenants' keys.

function init(arguments)
  users = tonumber(arguments[2])
  tails = {}
  for i = 3, #arguments do
    tails[i - 2] = " HTTP/1.1\r\nHost: " .. arguments[1] .. "\r\nAuthorization: Bearer " .. arguments[i] .. "\r\n\r\n"
  end
  math.randomseed(os.time() * 100 + number)
end

function request()
  local user = math.random(users)
  return "POST /api/membership/" .. user .. "/role" .. user % 2 + 2 * math.random(0, 9) .. tails[math.random(#tails)]
end

dofile("outcome.lua")
