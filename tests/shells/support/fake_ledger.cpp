#include "tests/shells/support/fake_ledger.hpp"

#include "engine/async/wakeup.hpp"
#include "engine/sys/clock.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>

namespace pawl::testing {
namespace {
fake_ledger* current_ledger = nullptr;
}  // namespace

fake_ledger::fake_ledger() {
  assert(current_ledger == nullptr);
  current_ledger = this;
}

fake_ledger::~fake_ledger() {
  current_ledger = nullptr;
}

void fake_ledger::make_room() {
  full_at.reset();
  if (wake_writer_) wake_writer_();
}

bool fake_ledger::has_intent(std::uint64_t row) const {
  return std::ranges::find(intents, row, &intent::row) != intents.end();
}

const fake_ledger::recorded* fake_ledger::outcome_of(std::uint64_t row) const {
  const auto found = std::ranges::find(outcomes, row, &recorded::row);
  return found == outcomes.end() ? nullptr : &*found;
}

}  // namespace pawl::testing

namespace pawl::ledger {
namespace asio = boost::asio;

struct ledger_writer::impl {
  asio::io_context& io;
  testing::fake_ledger& book;
  status health;
  outcome_counts committed;
  std::vector<async::wakeup*> waiting;  // for room, or for the disk

  // One call of a kind that may fail. False: the writer has failed, now or before.
  bool call() {
    const auto number = book.calls++;
    if (health && book.fails_at && number >= *book.fails_at) {
      health = failure{failure_kind::mend, "ledger.db", "the disk is full", "make room"};
      wake();
    }
    return static_cast<bool>(health);
  }
  void wake() {
    for (auto* alarm : waiting) alarm->wake();
  }
};

namespace {

template <class Impl>
asio::awaitable<void> sleep_in(std::shared_ptr<Impl> self, time_point until) {
  async::wakeup alarm(self->io);
  self->waiting.push_back(&alarm);
  co_await alarm.sleep(until);
  std::erase(self->waiting, &alarm);
}

template <class Impl>
asio::awaitable<status> wait_for_disk(std::shared_ptr<Impl> self, duration takes) {
  const auto until = clock::now() + takes;
  while (self->health && clock::now() < until) co_await sleep_in(self, until);
  co_return self->health;
}

}  // namespace

ledger_writer::ledger_writer(asio::io_context& io, ledger_file&, std::int64_t, std::int64_t,
                             const writer_options&)
    : impl_(std::shared_ptr<impl>(new impl{io, *testing::current_ledger, {}, {}, {}})) {
  impl_->book.wake_writer_ = [raw = impl_.get()] { raw->wake(); };
}

ledger_writer::~ledger_writer() {
  impl_->book.wake_writer_ = {};
}

bool ledger_writer::put(const job_record& job) {
  auto& book = impl_->book;
  if (impl_->health && book.is_full()) return false;
  if (!impl_->call()) return true;
  book.outcomes.push_back({job.row, std::string{job.id}, job.outcome, job.attempts, job.http_status,
                           std::string{job.error_code}});
  ++impl_->committed[job.outcome];
  return true;
}

void ledger_writer::put(const sample_row& sample) {
  impl_->book.samples.push_back(sample.counts.total());
}

void ledger_writer::put(const event_record& event) {
  impl_->book.events.push_back(std::string{event.kind} + ": " + std::string{event.reason});
}

void ledger_writer::withdraw_intent(std::uint64_t row) {
  if (!impl_->health) return;
  auto& book = impl_->book;
  std::erase_if(book.intents, [row](const auto& i) { return i.row == row; });
  book.withdrawn.push_back(row);
}

asio::awaitable<void> ledger_writer::room() {
  return sleep_in(impl_, time_point::max());
}

asio::awaitable<status> ledger_writer::commit(const intent_record& intent) {
  return commit(std::span{&intent, 1});
}

asio::awaitable<status> ledger_writer::commit(std::span<const intent_record> intents) {
  if (impl_->call())
    for (const auto& intent : intents)
      impl_->book.intents.push_back({intent.row, std::string{intent.id}, std::string{intent.old_values},
                                     std::string{intent.new_values}});
  return wait_for_disk(impl_, impl_->book.commit_takes);
}

asio::awaitable<status> ledger_writer::drain() {
  return wait_for_disk(impl_, impl_->book.commit_takes);
}

const status& ledger_writer::health() const noexcept {
  return impl_->health;
}

const outcome_counts& ledger_writer::committed() const noexcept {
  return impl_->committed;
}

}  // namespace pawl::ledger
