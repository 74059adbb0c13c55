// A read_client with pool, pacer, key and upkeep of its own, for commands that only read. Network thread
// only.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/model/error.hpp"
#include "engine/run/credentials.hpp"
#include "engine/run/key_state.hpp"
#include "engine/run/progress.hpp"
#include "engine/run/read_client.hpp"
#include "engine/run/runner.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

namespace pawl::run {

class lone_reader {
 public:
  // Everything referred to must outlive it; of the options it takes reads, retry, stop, transport and
  // user_agent. Failures as runner::create().
  static expected<std::unique_ptr<lone_reader>> create(boost::asio::io_context&, const run_options&,
                                                       const api::profile&, key_state&, token_source,
                                                       progress_counters&);
  ~lone_reader();

  // Works between start() and finish(). Not to be started again after that.
  read_client& client() noexcept;
  api::reply_reader& replies() noexcept;
  void start();
  boost::asio::awaitable<void> finish();

 private:
  struct impl;
  explicit lone_reader(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::run
