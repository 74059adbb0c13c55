#include "engine/run/job_feed.hpp"

#include <boost/asio/post.hpp>

#include <deque>
#include <mutex>
#include <utility>

namespace pawl::run {
namespace asio = boost::asio;

namespace {
// Enough to keep the network thread busy while the reader is descheduled for a few milliseconds; small enough
// that memory stays flat with rows of the largest size. Chosen.
constexpr std::size_t queued_batches = 4;
// Jobs waiting for an earlier one of their id, so that one id with many rows holds up no other; documented.
constexpr dispatcher::parking parking{65'536, 64U << 20U};
}  // namespace

// Shared by both threads; the reader's posts keep it alive.
struct job_feed::channel {
  explicit channel(asio::io_context& c) : context(c) {}

  asio::io_context& context;
  job_feed* feed = nullptr;  // network thread; null once the feed is gone

  std::mutex mutex;
  std::deque<job_batch> full, empty;
  std::optional<failure> error;
  bool ended = false;

  // The reader's step: one batch, if there is room for it.
  async::side_thread::then read(input::job_source& source, const std::shared_ptr<channel>& self) {
    using then = async::side_thread::then;
    job_batch batch;
    {
      const std::lock_guard lock(mutex);
      if (full.size() >= queued_batches) return then::rest;
      if (!empty.empty()) {
        batch = std::move(empty.front());
        empty.pop_front();
      }
    }
    auto read = source.next(batch);
    const bool more = read && *read;
    {
      const std::lock_guard lock(mutex);
      if (!read) error = std::move(read.error());
      if (more) full.push_back(std::move(batch));
      ended = !more;
    }
    asio::post(context, [self] {
      if (self->feed != nullptr) self->feed->wake_all();
    });
    return more ? then::again : then::end;
  }
};

job_feed::job_feed(asio::io_context& context, input::job_source& source, const ledger::row_set& done,
                   std::size_t slots, std::optional<std::uint64_t> limit)
    : channel_(std::make_shared<channel>(context)), done_(done), dispatcher_(slots, parking), left_(limit) {
  channel_->feed = this;
  reader_.emplace(context, [c = channel_, &source] { return c->read(source, c); });
}

job_feed::~job_feed() {
  channel_->feed = nullptr;
}

asio::awaitable<void> job_feed::change(async::wakeup& alarm, time_point until) {
  waiting_.push_back(&alarm);
  co_await alarm.sleep(until);
  std::erase(waiting_, &alarm);
}

std::optional<job_feed::taken> job_feed::try_take(job_buffer& into, row_error& bad) {
  if (closed_) return taken::ended;
  if (dispatcher_.take_parked(into)) {
    is_full_ = false;
    return taken::job;
  }
  while (!limited_ && (at_ < batch_.size() || next_batch())) {
    if (const auto* wrong = batch_.error(at_)) {
      const auto row = wrong->row;
      if (!done_.contains(row)) bad = *wrong;
      ++at_;
      if (!done_.contains(row)) return taken::invalid;
      continue;
    }
    const auto job = batch_.job(at_);
    if (done_.contains(job.row)) {
      ++at_;
      continue;
    }
    if (claimed_.contains(job.row)) {
      if (left_ && *left_ > 0) --*left_;
      ++at_;
      continue;
    }
    if (left_ == 0) {
      limited_ = true;
      wake_all();
      break;
    }
    const auto answer = dispatcher_.offer(job);
    is_full_ = answer == dispatcher::answer::hold;
    if (is_full_) return std::nullopt;
    if (left_) --*left_;
    newest_ = job.row;
    ++begun_;
    ++at_;
    if (answer == dispatcher::answer::parked) continue;
    into.assign(job);
    return taken::job;
  }
  if (over()) return taken::ended;
  return std::nullopt;
}

bool job_feed::next_batch() {
  const std::lock_guard lock(channel_->mutex);
  if (channel_->full.empty()) {
    if (channel_->ended && !at_end_) {
      at_end_ = true;
      error_ = channel_->error;
      wake_all();
    }
    return false;
  }
  batch_.clear();
  channel_->empty.push_back(std::move(batch_));
  batch_ = std::move(channel_->full.front());
  channel_->full.pop_front();
  at_ = 0;
  reader_->nudge();
  return true;
}

bool job_feed::over() const noexcept {
  return closed_ || ((at_end_ || limited_) && dispatcher_.parked() == 0);
}

void job_feed::finished(std::string_view id) {
  dispatcher_.finished(id);
  if (dispatcher_.parked() > 0 || over()) wake_all();
}

bool job_feed::claim(std::uint64_t row) {
  if (closed_ || row <= newest_ || claimed_.contains(row)) return false;
  claimed_.insert(row);
  ++begun_;
  return true;
}

void job_feed::close() {
  closed_ = true;
  dispatcher_.drop_parked();
  wake_all();
}

void job_feed::wake_all() {
  for (auto* alarm : waiting_) alarm->wake();
}

}  // namespace pawl::run
