#include "engine/client/api_client.hpp"

#include "engine/client/send_line.hpp"
#include "engine/http/connection_pool.hpp"
#include "engine/policy/each_limits.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/sys/clock.hpp"

#include <optional>
#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

struct api_client::impl {
  std::unique_ptr<http::connection_pool> pool;
  std::optional<policy::shared_budget> shared;  // unset: reads share nothing with writes
  std::optional<policy::pacer> writes;          // tells what earlier processes have written; sends nothing
  policy::pacer reads;
  policy::each_limits each;
  credentials keys;
  api::reply_reader replies;
  jitter_source jitter;
  send_line line;
  read_client client;
  read_upkeep upkeep;

  impl(asio::io_context& io, const client_options& o, const api::profile& profile, quota_file& quota,
       token_source source, progress_counters& progress, std::unique_ptr<http::connection_pool> connections,
       time_point now)
      : pool(std::move(connections)),
        shared(policy::shared_budget::of(o.reads, profile, now)),
        reads(o.reads, quota.kept(policy::request_kind::read), now, by_boot_clock(now),
              {shared ? &*shared : nullptr, policy::request_kind::read}),
        each(o.reads.each),
        keys(profile, o.transport.target, o.user_agent, std::move(source)),
        replies(profile),
        line(io, reads),
        client({io, profile, o.retry, o.stop, o.transport, *pool, reads, line, keys, replies, jitter,
                progress, &quota, each.is_empty() ? nullptr : &each}),
        upkeep(io, *pool, line, client) {
    if (!shared && each.is_empty()) return;
    policy::pacer_options past;
    past.shared = o.reads.shared;
    writes.emplace(past, quota.kept(policy::request_kind::write), now, by_boot_clock(now),
                   policy::pacer::share{shared ? &*shared : nullptr, policy::request_kind::write});
    // The pacers have settled what was in flight when an earlier process died.
    each.load(policy::request_kind::write, quota.kept(policy::request_kind::write), now, by_boot_clock(now));
    each.load(policy::request_kind::read, quota.kept(policy::request_kind::read), now, by_boot_clock(now));
  }
};

api_client::api_client(std::unique_ptr<impl> i) : impl_(std::move(i)) {}
api_client::~api_client() = default;

expected<std::unique_ptr<api_client>> api_client::create(asio::io_context& io, const client_options& options,
                                                         const api::profile& profile, quota_file& quota,
                                                         token_source source, progress_counters& progress) {
  auto pool = http::connection_pool::create(io, options.transport);
  if (!pool) return pool.error();
  auto made = std::make_unique<impl>(io, options, profile, quota, std::move(source), progress,
                                     *std::move(pool), clock::now());
  if (auto loaded = made->keys.load(); !loaded) return loaded.error();
  return std::unique_ptr<api_client>(new api_client(std::move(made)));
}

read_client& api_client::client() noexcept {
  return impl_->client;
}

api::reply_reader& api_client::replies() noexcept {
  return impl_->replies;
}

void api_client::start() {
  impl_->upkeep.start();
}

asio::awaitable<void> api_client::finish() {
  return impl_->upkeep.finish();
}

}  // namespace pawl::client
