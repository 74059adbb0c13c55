-- One path for each request, the same body. PEERS_FIXED=1: the request that wrk made once at its start.
wrk.method = "PATCH"
wrk.body = os.getenv("PEERS_BODY")
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("PRODUCTLANE_API_KEY")
wrk.path = os.getenv("PEERS_PATH") .. "00000000-0000-4000-8000-000000000000"

if os.getenv("PEERS_FIXED") ~= "1" then
  local prefix = os.getenv("PEERS_PATH") .. "00000000-0000-4000-8000-"
  local number = 0
  function request()
    number = number + 1
    return wrk.format(nil, prefix .. string.format("%012d", number))
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("PEERS %d %d\n", summary.requests, e.connect + e.read + e.write + e.status + e.timeout))
end
