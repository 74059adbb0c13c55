// A read_client with pool, pacer, key and upkeep of its own, for commands that only read. Network thread
// only.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/client/client_options.hpp"
#include "engine/client/credentials.hpp"
#include "engine/client/progress.hpp"
#include "engine/client/quota_file.hpp"
#include "engine/client/read_client.hpp"
#include "engine/model/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

namespace pawl::client {

class api_client {
 public:
  // Everything referred to must outlive it. Failures: the transport's files, the token, a header value.
  static expected<std::unique_ptr<api_client>> create(boost::asio::io_context&, const client_options&,
                                                      const api::profile&, quota_file&, token_source,
                                                      progress_counters&);
  ~api_client();

  // Works between start() and finish(). Not to be started again after that.
  read_client& client() noexcept;
  api::reply_reader& replies() noexcept;
  void start();
  boost::asio::awaitable<void> finish();

 private:
  struct impl;
  explicit api_client(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::client
