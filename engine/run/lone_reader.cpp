#include "engine/run/lone_reader.hpp"

#include "engine/http/connection_pool.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/run/send_line.hpp"

#include <utility>

namespace pawl::run {
namespace asio = boost::asio;

struct lone_reader::impl {
  std::unique_ptr<http::connection_pool> pool;
  policy::pacer reads;
  credentials keys;
  api::reply_reader replies;
  jitter_source jitter;
  send_line line;
  read_upkeep upkeep;
  read_client client;

  impl(asio::io_context& io, const run_options& o, const api::profile& profile, key_state& quota,
       token_source source, progress_counters& progress, std::unique_ptr<http::connection_pool> connections)
      : pool(std::move(connections)),
        reads(o.reads, quota.reads(), clock::now(), boot_clock_now()),
        keys(profile, o.transport.target, o.user_agent, std::move(source)),
        replies(profile),
        line(io, reads),
        upkeep(io, *pool, line),
        client({io, profile, o.retry, o.stop, o.transport, *pool, reads, line, keys, replies, jitter,
                progress, &quota}) {}
};

lone_reader::lone_reader(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
lone_reader::~lone_reader() = default;

expected<std::unique_ptr<lone_reader>> lone_reader::create(asio::io_context& io, const run_options& options,
                                                           const api::profile& profile, key_state& quota,
                                                           token_source source, progress_counters& progress) {
  auto pool = http::connection_pool::create(io, options.transport);
  if (!pool) return pool.error();
  auto made =
      std::make_unique<impl>(io, options, profile, quota, std::move(source), progress, *std::move(pool));
  if (auto loaded = made->keys.load(); !loaded) return loaded.error();
  return std::unique_ptr<lone_reader>(new lone_reader(std::move(made)));
}

read_client& lone_reader::client() noexcept {
  return impl_->client;
}

api::reply_reader& lone_reader::replies() noexcept {
  return impl_->replies;
}

void lone_reader::start() {
  impl_->upkeep.start();
}

asio::awaitable<void> lone_reader::finish() {
  return impl_->upkeep.finish();
}

}  // namespace pawl::run
