// The other end: the sandbox's API without its sockets, and the way there. It lives in the world's time, goes
// on when the program dies, and counts what arrives by rules that share nothing with the engine.
#pragma once

#include "engine/model/time.hpp"
#include "tests/sandbox/journal.hpp"
#include "tests/sandbox/keys.hpp"
#include "tests/sandbox/service.hpp"
#include "tests/simulation/world/world.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace pawl::simulation {

// How the way to the API is. Shares are of connections that are opened, or of requests.
struct network_weather {
  duration one_way = std::chrono::milliseconds{20}, jitter = std::chrono::milliseconds{5};
  double refused = 0;                              // nobody listens
  double unreachable = 0;                          // the connect runs into its time
  double lost_on_the_way = 0;                      // the request never arrives, and the connection breaks
  double lost_on_the_way_back = 0;                 // the API has served it, and the connection breaks
  double half_open = 0;                            // the request never arrives, and nobody says so
  double cut = 0;                                  // the reply breaks off
  duration idle_close = std::chrono::seconds{60};  // the API closes what is idle for so long
};

class api_host {
 public:
  api_host(std::unique_ptr<sandbox::vendor>, const sandbox::limit_list&, sandbox::behaviour,
           const std::string& journal_file, std::uint64_t seed);
  ~api_host();
  api_host(const api_host&) = delete;
  api_host& operator=(const api_host&) = delete;
  static api_host& here();

  network_weather weather;
  bool is_down = false;                                        // nobody listens
  std::function<void(std::string_view request)> on_departure;  // from the program; empty: nobody looks

  // What came back for a request.
  struct answer {
    std::string wire;
    sandbox::delivery how = sandbox::delivery::send;
  };
  // A request that has arrived, whole. `tell` is called when its reply leaves; never, if none does.
  void receive(std::string request, std::uint64_t connection, std::function<void(answer)> tell);
  // Somebody else who has the same key repeats the last read so many times. Nothing, before the first.
  void let_others_read(std::uint64_t times);

  sandbox::key_ring keys;
  sandbox::service& service() { return service_; }
  sandbox::vendor& vendor() { return *vendor_; }
  sandbox::journal& journal() { return journal_; }
  sandbox::time_us now() const;

 private:
  std::unique_ptr<sandbox::vendor> vendor_;
  sandbox::journal journal_;
  sandbox::service service_;
  std::string last_read_;
};

}  // namespace pawl::simulation
