-- Sends has_permission for random users and permissions of random tenants. Does not verify the answers, which would
-- cost more than the requests; the benchmark verifies a sample itself.
-- Arguments: host:port, users of a tenant, the beginning of the path, permissions of a tenant, the tenants' keys.

function init(arguments)
  users = tonumber(arguments[2])
  path = "GET " .. arguments[3]
  permissions = tonumber(arguments[4])
  tails = {}
  for i = 5, #arguments do
    tails[i - 4] = " HTTP/1.1\r\nHost: " .. arguments[1] .. "\r\nAuthorization: Bearer " .. arguments[i] .. "\r\n\r\n"
  end
  math.randomseed(os.time() * 100 + number)
end

function request()
  return path .. math.random(users) .. "/" .. math.random(permissions) .. tails[math.random(#tails)]
end

dofile("outcome.lua")
