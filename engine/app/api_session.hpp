// What verify, pull and doctor share: the key with its quota, a client that reads with it, and the signals
// that end it. A command makes one.
#pragma once

#include "engine/app/blocking.hpp"
#include "engine/app/session.hpp"
#include "engine/async/task_group.hpp"
#include "engine/client/api_client.hpp"
#include "engine/client/progress.hpp"
#include "engine/client/quota_file.hpp"
#include "engine/client/read_client.hpp"
#include "engine/client/whoami.hpp"
#include "engine/model/error.hpp"
#include "engine/model/secret.hpp"
#include "engine/run/runner.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl::app {

class api_session {
 public:
  // The session must be loaded, and must outlive this object.
  explicit api_session(session& s) : s_(s) {}

  // Reads the token, takes the quota lock and makes the client. Sends nothing.
  status open();

  const secret& token() const noexcept { return token_; }
  std::string key_label() const;  // "pl_v2_abcd…"; empty without a key
  client::read_client& client() noexcept { return reader_->client(); }
  api::reply_reader& replies() noexcept { return reader_->replies(); }
  boost::asio::io_context& io() noexcept { return io_; }
  const client::progress_counters& progress() const noexcept { return progress_; }
  // The quota file of the key, with what its windows hold now.
  client::quota_file& quota() noexcept { return *quota_; }

  // Runs `work` to its end; a signal makes its reads fail with failure_kind::later. May be called once. The
  // reads are counted in the session's summary.
  template <class T>
  expected<T> run(boost::asio::awaitable<expected<T>> work) {
    begin();
    auto result = wait_for(io_, std::move(work));
    end();
    if (!result) s_.gave_up(progress_.gave_up);
    return result;
  }

  // Asks who the key belongs to and compares that with api.account. To be given to run().
  boost::asio::awaitable<expected<client::account_info>> identify();

 private:
  void begin();
  void end();

  session& s_;
  secret token_;
  run::run_options options_;
  client::progress_counters progress_;
  boost::asio::io_context io_{1};
  async::task_group tasks_{io_};
  std::optional<client::quota_file> quota_;
  std::unique_ptr<client::api_client> reader_;
};

}  // namespace pawl::app
