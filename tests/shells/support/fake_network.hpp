// A connection pool without sockets: what a test says is what comes back. Linked in place of
// engine/http/connection_pool.cpp; waits and deadlines are on the manual clock.
#pragma once

#include "engine/http/connection_pool.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/time.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::testing {

// What becomes of one attempt.
struct answer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  // Another fault than none: no reply comes, `status` and `body` do not count.
  transport_fault fault = transport_fault::none;
  phase reached = phase::maybe_applied;  // with a fault
  duration takes = std::chrono::milliseconds{10};
  bool keeps_connection = true;
};

inline answer reply(int status, std::string body = {}) {
  answer a;
  a.status = status;
  a.body = std::move(body);
  return a;
}
inline answer broken(transport_fault fault, phase reached) {
  answer a;
  a.fault = fault;
  a.reached = reached;
  a.keeps_connection = false;
  return a;
}

// One at a time; the pools that are created meanwhile are its own.
class fake_network {
 public:
  struct request {
    time_point at{};
    std::string line;  // "PATCH /items/t1"
    std::string body;
    std::string text;  // the request whole
  };

  fake_network();
  ~fake_network();
  fake_network(const fake_network&) = delete;
  fake_network& operator=(const fake_network&) = delete;

  // Answers that were queued come first, in the order of the requests; then `serve` is asked, and where it is
  // empty nothing ever comes back.
  std::deque<answer> answers;
  std::function<answer(const request&)> serve;
  // Opening a connection ends so, in this order; then it succeeds.
  std::deque<transport_fault> opening;
  duration opening_takes{};

  std::vector<request> requests;
  std::size_t on_loan = 0, being_opened = 0, idle = 0, opened = 0;
  std::size_t sweeps = 0;

  // "PATCH /items/t1" of each request so far.
  std::vector<std::string> lines() const;
};

}  // namespace pawl::testing
