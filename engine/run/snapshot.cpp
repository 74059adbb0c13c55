#include "engine/run/snapshot.hpp"

#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pawl::run {
namespace asio = boost::asio;

namespace {

// A run has an hour of patience with an API that is down, because its rows have no other way. Pages are only
// a short cut. Chosen: a little longer than a window of a minute, so that a read budget that is used up is
// waited for.
constexpr duration patience = std::chrono::seconds{75};

policy::stop_options with_little_patience(policy::stop_options options) {
  options.patience = std::min(options.patience, patience);
  options.max_wait = std::min(options.max_wait, patience);
  return options;
}

client::read_client::parts with_stop(const client::read_client::parts& p, const policy::stop_options& stop) {
  return {p.io,    p.profile, p.retry, stop,     p.transport, p.pool,
          p.reads, p.line,    p.keys,  p.reader, p.jitter,    p.progress};
}

}  // namespace

snapshot::snapshot(const client::read_client::parts& parts, api::resource_reader& resources,
                   snapshot_input& in, snapshot_sink& sink)
    : stop_(with_little_patience(parts.stop)),
      client_(with_stop(parts, stop_)),
      resources_(resources),
      in_(in),
      sink_(sink),
      pages_(client_, *in.list, in.filters),
      ids_(in.list->id) {}

asio::awaitable<void> snapshot::run() {
  auto read = co_await read_pages();
  if (!read && !client_.stopped()) facts_.failure = to_string(read.error());
  facts_.over = true;
}

asio::awaitable<status> snapshot::read_pages() {
  if (!worth_.begins(in_.rows.rows())) co_return status{};
  while (worth_.goes_on(rows_left())) {
    auto page = co_await pages_.next();
    if (!page) co_return std::move(page.error());
    if (*page == nullptr) break;
    ++facts_.pages;
    auto concluded = co_await conclude_from(**page);
    if (!concluded) co_return std::move(concluded.error());
    facts_.settled += *concluded;
    worth_.count_page(*concluded);
  }
  co_return status{};
}

// How many rows the page has concluded.
asio::awaitable<expected<std::uint64_t>> snapshot::conclude_from(const api::page& page) {
  std::uint64_t concluded = 0;
  for (const auto item : page.items) {
    const auto id = ids_.read(item);
    if (!id) continue;
    auto row = in_.rows.find(*id);
    if (!row) co_return std::move(row.error());
    const job_view* job = *row;
    if (job == nullptr) continue;
    ++shown_;
    // The way from the API to here takes longer only where the machine was held up in between.
    if (clock::now() - pages_.page_sent() > in_.max_age) continue;
    const auto is = resources_.make_plan_of_item(item, *job, wall_now(), plan_);
    if (is != api::readability::readable || !plan_.complete) continue;
    const bool done = co_await sink_.take(*job, plan_);
    if (done) ++concluded;
  }
  co_return concluded;
}

std::uint64_t snapshot::rows_left() const {
  const auto rows = in_.rows.rows();
  return std::min(rows - std::min(rows, shown_), sink_.rows_left());
}

}  // namespace pawl::run
