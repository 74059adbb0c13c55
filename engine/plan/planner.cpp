#include "engine/plan/planner.hpp"

#include "engine/api/calls.hpp"
#include "engine/policy/id_hash.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace pawl::plan {
namespace asio = boost::asio;

namespace {

constexpr std::size_t most_unproven = 100;  // chosen: more of them look like an API that is down

std::string in_words(const row_error& bad) {
  const auto& first = bad.complaints.front();
  return first.column.empty() ? first.what : fmt::format("{}: {}", first.column, first.what);
}

}  // namespace

asio::awaitable<expected<bool>> planner::run(const std::function<status(const planned_row&)>& tell) {
  auto done = co_await work(tell);
  // Every read that was started must end before this scope does.
  if (reads_.size() > 0) p_.client.stop(client::read_client::stopping::now);
  co_await reads_.join();
  co_return done;
}

asio::awaitable<expected<bool>> planner::work(const std::function<status(const planned_row&)>& tell) {
  for (;;) {
    auto filled = fill();
    if (!filled) co_return std::move(filled.error());
    if (rows_.empty()) co_return !limited_;
    auto& first = *rows_.front();
    while (!first.is_read && !reads_.has_failed()) {
      if (unproven_ > 0) {
        // The rows behind them may prove the API.
        auto more = fill();
        if (!more) co_return std::move(more.error());
        take_up_unproven();
      }
      co_await reads_.change();
    }
    if (reads_.has_failed()) co_return false;  // run() throws it
    auto told = co_await decide(first, tell);
    if (!told) co_return std::move(told.error());
    rows_.pop_front();
  }
}

// Starts reads until the allowed number of rows are being read or wait for their turn.
expected<bool> planner::fill() {
  // Reads of several go one after the other, and the next group is gathered meanwhile.
  const std::size_t most = several_ ? 2 * several_->most() : p_.concurrency;
  while (!at_end_ && !limited_ && rows_.size() - unproven_ < most) {
    if (at_ == batch_.size()) {
      auto more = p_.source.next(batch_);
      if (!more) return std::move(more.error());
      at_end_ = !*more;
      at_ = 0;
      continue;
    }
    auto row = std::make_unique<pending_row>();
    if (const auto* bad = batch_.error(at_)) {
      ++at_;
      if (p_.done.contains(bad->row)) continue;
      row->bad = *bad;
      row->is_read = true;
      rows_.push_back(std::move(row));
      continue;
    }
    const auto job = batch_.job(at_);
    if (p_.done.contains(job.row)) {
      ++at_;
      continue;
    }
    if (p_.limit && taken_ == *p_.limit) {
      limited_ = true;
      break;
    }
    ++at_;
    ++taken_;
    row->job.assign(job);
    start(std::move(row));
  }
  // The last group is not full; and one that the first row waits for is as full as it gets.
  if (!group_.empty() && (at_end_ || limited_ || group_.front() == rows_.front().get())) flush_group();
  return true;
}

void planner::start(std::unique_ptr<pending_row> row) {
  auto& kept = *rows_.emplace_back(std::move(row));
  if (!p_.reads) {
    kept.is_read = true;
    return;
  }
  if (!several_) return spawn_read(kept, unproven_ < most_unproven);
  // An id stands once in a request: a second row of it goes with the next.
  const auto same = [&kept](const pending_row* other) {
    return policy::hash_of_id(other->job.view().id) == policy::hash_of_id(kept.job.view().id);
  };
  if (std::ranges::any_of(group_, same)) flush_group();
  group_.push_back(&kept);
  if (group_.size() == several_->most()) flush_group();
}

void planner::flush_group() {
  reads_.start(read_group(std::exchange(group_, {})));
}

asio::awaitable<void> planner::read_group(std::vector<pending_row*> group) {
  if (group.size() > 1) {
    std::vector<std::string_view> ids;
    for (const auto* row : group) ids.push_back(row->job.view().id);
    auto replies = co_await several_->read(std::move(ids));
    for (std::size_t i = 0; i < group.size(); ++i) {
      auto& row = *group[i];
      if (!replies)
        row.reply.emplace(replies.error());
      else if ((*replies)[i])
        row.reply.emplace(*std::move((*replies)[i]));
      row.is_read = row.reply.has_value();
    }
    if (replies) count_reply(*replies);
  }
  for (auto* row : group)
    if (!row->is_read) spawn_read(*row, unproven_ < most_unproven);
}

// The reply time of a read of several is that of one request.
void planner::count_reply(const std::vector<std::optional<client::read_reply>>& replies) {
  const auto shown = std::ranges::find_if(replies, [](const auto& r) { return r.has_value(); });
  if (shown == replies.end()) return;
  reply_time_ += (*shown)->latency;
  ++replies_;
}

void planner::spawn_read(pending_row& row, bool comes_back_unproven) {
  reads_.start(read(row, comes_back_unproven));
}

// Reads rows again that were refused by something that may not be the API: as soon as something can prove the
// API, or if nothing else is left to try.
void planner::take_up_unproven() {
  if (!p_.client.has_proof() && reads_.size() > 0 && unproven_ < most_unproven) return;
  for (auto& row : rows_) {
    if (!row->is_unproven) continue;
    row->is_unproven = false;
    --unproven_;
    spawn_read(*row, false);
  }
}

asio::awaitable<void> planner::read(pending_row& row, bool comes_back_unproven) {
  client::read_terms terms;
  terms.comes_back_unproven = comes_back_unproven;
  terms.refusals_are_answers = true;
  terms.gives_up_alone = true;
  const auto what = api::resource_call(p_.profile, row.job.view().id);
  auto reply = co_await p_.client.get(what, terms);
  if (reply && reply->reached == phase::answered) {
    reply_time_ += reply->latency;
    ++replies_;
  }
  if (comes_back_unproven && reply && reply->is == api::verdict::refused && reply->foreign) {
    row.is_unproven = true;
    ++unproven_;
    co_return;
  }
  row.reply.emplace(std::move(reply));
  row.is_read = true;
}

asio::awaitable<status> planner::decide(pending_row& row,
                                        const std::function<status(const planned_row&)>& tell) {
  if (row.bad) {
    const auto why = in_words(*row.bad);
    planned_row bad;
    bad.is = planned::invalid;
    bad.row = row.bad->row;
    bad.line = row.bad->line;
    bad.id = row.bad->id;
    bad.why = why;
    co_return tell(bad);
  }
  const auto job = row.job.view();
  // A reply that cannot be read is asked for again, as often as a run would.
  for (std::uint32_t attempt = 1; p_.reads; ++attempt) {
    if (!*row.reply) co_return std::move(row.reply->error());
    const auto& reply = **row.reply;
    if (reply.is != api::verdict::ok || attempt >= p_.retry.max_attempts ||
        !p_.judge.is_worth_another_read(job, reply.body(), wall_now()))
      break;
    co_await p_.client.pause_until(clock::now() + policy::backoff(p_.retry, attempt, false, 0.5));
    co_await read(row, false);
  }
  if (p_.reads && (**row.reply).is != api::verdict::ok) {
    const auto& reply = **row.reply;
    const auto is = reply.is != api::verdict::refused ? planned::unreadable
                    : reply.http_status == 404        ? planned::missing
                                                      : planned::refused;
    auto judged = p_.judge.undecided(job, is, reply.in_words());
    if (!judged) co_return std::move(judged.error());
    co_return tell(*judged);
  }
  const auto body = p_.reads ? (**row.reply).body() : std::string_view{};
  auto judged = p_.judge.judge(job, body, wall_now());
  if (!judged) co_return std::move(judged.error());
  co_return tell(*judged);
}

}  // namespace pawl::plan
