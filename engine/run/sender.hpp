// What every worker needs to get a request to the API and its reply back: its places in the lines, its
// connections, the buffers of its requests, and its books. Network thread only.
#pragma once

#include "engine/api/request_template.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/client/attempt.hpp"
#include "engine/http/connection_pool.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/step_events.hpp"
#include "engine/run/attempt_books.hpp"
#include "engine/run/run_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace pawl::run {

class sender {
 protected:
  explicit sender(run_context& shared) : shared_(shared), alarm_(shared.io), books_(shared) {}
  sender(const sender&) = delete;
  sender& operator=(const sender&) = delete;
  ~sender() = default;

  // False: none is idle, so await fetch_connection(), which gives leased, replied (no connection could be
  // had) or cancelled.
  bool take_idle_connection(policy::connection_need);
  boost::asio::awaitable<policy::step_event> fetch_connection(policy::connection_need);
  // Granted, delayed or cancelled.
  boost::asio::awaitable<policy::step_event> await_grant();
  // Sends the read of a row, or that of several rows, and keeps what came in fact_. Taken, unreachable (no
  // connection could be had; fact_ says why) or cancelled.
  boost::asio::awaitable<client::turn> read(const job_in_hand* row, const api::call* rows);
  boost::asio::awaitable<bool> admitted();
  boost::asio::awaitable<bool> key_renewed();
  void stop_for(const policy::action::stop_run&);
  void keep_fact(const http::acquired&);
  client::send_line::place& write_place() noexcept { return books_.place(policy::request_kind::write); }

  run_context& shared_;
  async::wakeup alarm_;
  http::lease connection_;
  attempt_fact fact_;
  std::string detail_;  // keeps the words of a failed connection alive
  std::string request_;
  attempt_books books_;
  std::uint64_t token_version_ = 0;
};

}  // namespace pawl::run
