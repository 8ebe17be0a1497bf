-- Sends POST /api/check with many checks of random users and permissions of one random tenant in each request.
-- Arguments: host:port, users of a tenant, checks in a request, permissions of a tenant, the tenants' keys.

-- Assembling a body takes longer than its checks do, so a few are made in advance.
function init(arguments)
  math.randomseed(os.time() * 100 + number)
  requests = {}
  for i = 5, #arguments do
    local checks = {}
    for n = 1, tonumber(arguments[3]) do
      checks[n] = '{"user":"' .. math.random(tonumber(arguments[2])) .. '","permission":"' .. math.random(tonumber(arguments[4])) .. '"}'
    end
    local body = '{"checks":[' .. table.concat(checks, ",") .. "]}"
    requests[i - 4] = "POST /api/check HTTP/1.1\r\nHost: " .. arguments[1] .. "\r\nAuthorization: Bearer " .. arguments[i]
      .. "\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
  end
end

function request()
  return requests[math.random(#requests)]
end

dofile("outcome.lua")
