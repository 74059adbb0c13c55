// A pool with its network thread (the test's own) and the sweep that the runner would drive.
#pragma once

#include "engine/http/connection_pool.hpp"
#include "tests/support/scripted/scripted_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl::http {

// A fact whose texts are kept.
struct kept_fact {
  phase reached = phase::not_sent;
  transport_fault fault = transport_fault::none;
  std::string detail;
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
kept_fact keep(const attempt_fact&);

std::string request_text(std::string_view target, std::string_view body = {});

class client {
 public:
  // Trusts the server's CA; `change` adjusts the rest. Fails the test if the pool cannot be made.
  explicit client(const testing::scripted_server&,
                  const std::function<void(transport_options&)>& change = {});
  ~client();

  // Runs the coroutine to its end; the pool is swept every 5 ms meanwhile.
  void run(const std::function<boost::asio::awaitable<void>()>& work);
  // Acquires, exchanges one request and gives the connection back.
  kept_fact send(std::string_view target, freshness = freshness::any, std::string_view body = {});
  // The same inside a coroutine. `request` is a whole request.
  boost::asio::awaitable<kept_fact> attempt(std::string request, freshness = freshness::any);

  connection_pool& pool() { return *pool_; }

  // Deadlines in virtual time: in the next run() or send(), once `there` holds and what had come by then was
  // read, each sweep sees a clock that is `by` ahead. The real clock needs no more than to stand far from the
  // deadline in question.
  void jump_ahead(duration by, std::function<bool()> there);
  // Whether the last run() has got so far. A deadline that the jump does not reach leaves the test to its
  // watchdog.
  bool has_jumped() const noexcept { return has_jumped_; }

 private:
  boost::asio::awaitable<void> sweep();

  boost::asio::io_context io_;
  std::unique_ptr<connection_pool> pool_;
  std::function<bool()> there_;
  duration jump_{};
  bool has_jumped_ = false;
  bool done_ = true;
};

}  // namespace pawl::http
