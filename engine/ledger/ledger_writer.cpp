#include "engine/ledger/ledger_writer.hpp"

#include "engine/async/side_thread.hpp"
#include "engine/async/timer.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/ledger/group_commit.hpp"
#include "engine/ledger/ledger_impl.hpp"
#include "engine/ledger/record_batch.hpp"
#include "engine/sys/clock.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace pawl::ledger {
namespace asio = boost::asio;
namespace {

constexpr std::size_t max_batch_bytes = 1024 * 1024;  // a batch of this size is handed over too (chosen)
constexpr std::size_t max_spares = 4;                 // batches kept for their memory (chosen)

void add(outcome_counts& to, const outcome_counts& more) noexcept {
  for (std::size_t i = 0; i < outcome_count; ++i) to.of[i] += more.of[i];
}

failure closed_failure(const std::string& path) {
  return {failure_kind::mend, path, "the ledger writer was closed before this was on the disk", ""};
}

// A coroutine that waits for the writer. It is in a list of such waiters exactly as long as its frame lives.
struct waiter {
  waiter(asio::io_context& context, std::vector<waiter*>& list, std::uint64_t wanted_at)
      : alarm(context), in(list), wanted(wanted_at) {
    in.push_back(this);
  }
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;
  ~waiter() { std::erase(in, this); }

  async::wakeup alarm;
  std::vector<waiter*>& in;
  std::uint64_t wanted;  // the number of records that must be on the disk
};

}  // namespace

struct ledger_writer::impl : std::enable_shared_from_this<impl> {
  impl(asio::io_context& io, database& connection, held_file* of, std::int64_t generation_id,
       std::int64_t run_id, const writer_options& wanted)
      : context(io),
        db(connection),
        held(of),
        path(connection.path()),
        generation(generation_id),
        run(run_id),
        options(wanted),
        flush_timer(io) {}

  // -- network thread
  asio::io_context& context;
  database& db;            // used by the writer thread only, and outlives it
  held_file* held;         // likewise; null: the ledger is not held
  const std::string path;  // of the ledger
  const std::int64_t generation, run;
  const writer_options options;
  record_batch open;
  async::timer flush_timer;
  bool flush_armed = false, is_closed = false;
  std::uint64_t taken = 0, taken_bytes = 0;  // everything that was put
  std::uint64_t done = 0, done_bytes = 0;    // the part of it that is on the disk
  outcome_counts committed;
  status health;
  std::vector<waiter*> for_disk, for_room;

  // -- both threads, under the mutex
  struct report {
    std::uint64_t records = 0, bytes = 0;
    outcome_counts outcomes;
    std::optional<failure> error;
  };
  std::mutex mutex;
  std::vector<record_batch> queue, spares;
  report unread;               // since the network thread last read it
  bool report_posted = false;  // a handler that will read it is on its way

  // -- writer thread
  using then = async::side_thread::then;
  std::unique_ptr<group_commit> group;  // null before the first step
  std::optional<time_point> looked_at;
  std::vector<record_batch> taken_over;

  std::optional<async::side_thread> writer;

  bool is_over() const noexcept { return is_closed || !health; }
  bool has_room() const noexcept {
    return is_over() || taken == done ||
           (taken - done < options.max_queued && taken_bytes - done_bytes < options.max_queued_bytes);
  }

  template <class Record>
  void take(const Record& record) {
    const auto before = open.bytes();
    open.add(record);
    ++taken;
    taken_bytes += open.bytes() - before;
    if (open.records() >= options.max_group || open.bytes() >= max_batch_bytes)
      hand_over();
    else
      arm_flush();
  }

  void arm_flush() {
    if (flush_armed) return;
    flush_armed = true;
    flush_timer.expires_after(options.max_age);
    flush_timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      // If it was cancelled, hand_over() came first, and a later batch may have armed the timer again.
      if (error) return;
      self->flush_armed = false;
      if (!self->is_over()) self->hand_over();
    });
  }

  void hand_over() {
    if (flush_armed) {
      flush_armed = false;
      flush_timer.cancel();
    }
    if (open.empty()) return;
    {
      const std::lock_guard lock{mutex};
      queue.push_back(std::move(open));
      if (spares.empty()) {
        open = record_batch{};
      } else {
        open = std::move(spares.back());
        spares.pop_back();
      }
    }
    writer->nudge();
  }

  void read_report() {
    report news;
    {
      const std::lock_guard lock{mutex};
      news = std::exchange(unread, report{});
      report_posted = false;
    }
    if (is_closed) return;
    done += news.records;
    done_bytes += news.bytes;
    add(committed, news.outcomes);
    if (news.error && health) {
      health = *news.error;
      open.clear();
      flush_timer.cancel();
    }
    wake();
  }

  void wake() {
    for (auto* w : for_disk)
      if (is_over() || w->wanted <= done) w->alarm.wake();
    if (has_room())
      for (auto* w : for_room) w->alarm.wake();
  }

  status result_of(std::uint64_t wanted) const {
    if (wanted <= done) return {};
    if (!health) return health.error();
    return closed_failure(path);
  }

  // The writer's step: commits what has been handed over.
  then commit_next() {
    if (!group) {
      auto prepared = group_commit::prepare(db, generation, run);
      if (!prepared) return give_up(std::move(prepared.error()));
      group = *std::move(prepared);
      if (held != nullptr) held->watch_log();
    }
    {
      const std::lock_guard lock{mutex};
      taken_over.swap(queue);
    }
    if (taken_over.empty()) return then::rest;
    // Checked before the commit: what goes into a file that nobody can find any more must not count as
    // recorded.
    if (const auto now = clock::now();
        held != nullptr && (!looked_at || now - *looked_at >= options.look_every)) {
      looked_at = now;
      if (auto there = held->in_place(); !there) return give_up(std::move(there.error()));
    }
    auto committed_now = group->commit(taken_over);
    if (!committed_now) return give_up(std::move(committed_now.error()));
    report news;
    for (auto& batch : taken_over) {
      news.records += batch.records();
      news.bytes += batch.bytes();
      add(news.outcomes, batch.outcomes());
      batch.clear();
    }
    {
      const std::lock_guard lock{mutex};
      while (!taken_over.empty() && spares.size() < max_spares) {
        spares.push_back(std::move(taken_over.back()));
        taken_over.pop_back();
      }
    }
    taken_over.clear();
    tell(std::move(news));
    return then::again;
  }

  then give_up(failure why) {
    tell({0, 0, {}, std::move(why)});
    return then::end;
  }

  void tell(report news) {
    {
      const std::lock_guard lock{mutex};
      unread.records += news.records;
      unread.bytes += news.bytes;
      add(unread.outcomes, news.outcomes);
      if (news.error) unread.error = std::move(news.error);
      if (std::exchange(report_posted, true)) return;
    }
    asio::post(context, [self = shared_from_this()] { self->read_report(); });
  }
};

namespace {

// Free functions instead of lambdas: their parameters live in the frame, so the writer may be destroyed while
// they wait.
template <class Impl>
asio::awaitable<void> wait_for_room(std::shared_ptr<Impl> self) {
  if (self->has_room()) co_return;
  self->hand_over();
  waiter here{self->context, self->for_room, 0};
  co_await here.alarm.sleep();
}

template <class Impl>
asio::awaitable<status> wait_for_disk(std::shared_ptr<Impl> self, std::uint64_t wanted) {
  if (wanted > self->done && !self->is_over()) {
    waiter here{self->context, self->for_disk, wanted};
    co_await here.alarm.sleep();
  }
  co_return self->result_of(wanted);
}

}  // namespace

ledger_writer::ledger_writer(asio::io_context& context, ledger_file& file, std::int64_t generation,
                             std::int64_t run, const writer_options& options)
    : impl_(std::make_shared<impl>(context, *file.impl_->db, file.impl_->held ? &*file.impl_->held : nullptr,
                                   generation, run, options)) {
  impl_->writer.emplace(context, [raw = impl_.get()] { return raw->commit_next(); });
}

ledger_writer::~ledger_writer() {
  impl_->writer.reset();
  impl_->group.reset();  // waiters may outlive the ledger, and it holds statements
  impl_->read_report();  // what the thread finished last still counts for the waiters
  impl_->is_closed = true;
  impl_->flush_timer.cancel();
  impl_->wake();
}

bool ledger_writer::put(const job_record& job) {
  if (!impl_->has_room()) return false;
  if (!impl_->is_over()) impl_->take(job);
  return true;
}

void ledger_writer::put(const sample_row& sample) {
  if (!impl_->is_over()) impl_->take(sample);
}

void ledger_writer::put(const event_record& event) {
  if (!impl_->is_over()) impl_->take(event);
}

void ledger_writer::withdraw_intent(std::uint64_t row) {
  if (!impl_->is_over()) impl_->take(intent_withdrawal{row});
}

asio::awaitable<void> ledger_writer::room() {
  return wait_for_room(impl_);
}

asio::awaitable<status> ledger_writer::commit(const intent_record& intent) {
  return commit(std::span{&intent, 1});
}

asio::awaitable<status> ledger_writer::commit(std::span<const intent_record> intents) {
  // The number lies behind everything put before, so that after a failure too this intent never counts as
  // committed.
  if (impl_->is_over()) return wait_for_disk(impl_, impl_->taken + 1);
  for (const auto& intent : intents) impl_->take(intent);
  impl_->hand_over();
  return wait_for_disk(impl_, impl_->taken);
}

asio::awaitable<status> ledger_writer::drain() {
  if (!impl_->is_over()) impl_->hand_over();
  return wait_for_disk(impl_, impl_->taken + (impl_->health ? 0 : 1));
}

const status& ledger_writer::health() const noexcept {
  return impl_->health;
}

const outcome_counts& ledger_writer::committed() const noexcept {
  return impl_->committed;
}

}  // namespace pawl::ledger
