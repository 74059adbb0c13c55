// The requests of a batch_worker, and what their replies say of each row.
#include "engine/api/batch_requests.hpp"
#include "engine/policy/run_signs.hpp"
#include "engine/run/batch_worker.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <algorithm>
#include <utility>

namespace pawl::run {
namespace asio = boost::asio;
namespace event = policy::event;
namespace action = policy::action;
using policy::request_kind;
using said = api::batch_answer::said;

// What the end of a request for several rows says of all of them. A list is what such a read may show.
policy::judgement batch_worker::judge_whole(request_kind kind, const api::batch_spec& batch) {
  const bool is_error = fact_.reached == phase::answered && !policy::is_2xx(fact_.status);
  const auto error = is_error ? shared_.reader.read_error(fact_.body) : api::error_view{};
  auto signs = policy::signs_of(shared_.profile, fact_, error, kind, shared_.has_succeeded);
  if (batch.items.empty() && fact_.body.starts_with('[')) signs.page = false;
  return policy::judge(shared_.profile, fact_, signs, true);
}

namespace {

bool is_refusal(const attempt_fact& fact, const policy::judgement& whole) noexcept {
  const bool says_no = whole.is == api::verdict::refused || whole.is == api::verdict::conflict;
  return fact.reached == phase::answered && says_no && !whole.foreign && whole.vouched;
}

bool names_any(const std::vector<api::batch_answer>& answers) noexcept {
  return std::ranges::any_of(answers, [](const auto& a) { return a.is != said::nothing; });
}

}  // namespace

time_point batch_worker::begin_write() {
  token_version_ = shared_.keys.version();
  const auto started = clock::now();
  const auto sent_at = wall_now();
  for (const auto i : chosen_) rows_[i].job->sent_at = sent_at;
  return started;
}

void batch_worker::end_write(time_point started) {
  now_ = clock::now();
  books_.received();
  jitter_ = shared_.jitter();
  const auto latency = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now_ - started).count());
  for (const auto i : chosen_) rows_[i].job->latency_us = latency;
  shared_.progress.latency.add(latency);
  shared_.interval_latency.add(latency);
}

asio::awaitable<void> batch_worker::send() {
  chosen_.clear();
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (wants<action::send>(rows_[i])) chosen_.push_back(i);
  if (chosen_.size() > 1) {
    co_await send_several();
    co_return;
  }
  auto& row = rows_[chosen_.front()];
  const auto& what = std::get<action::send>(row.next);
  const auto& writer = shared_.keys.writer();
  const api::request_writer::write_terms terms{what.guards, row.job->key};
  if (what.body.empty())
    writer.write_patch(request_, row.job->job.id, what.values, terms);
  else
    writer.write_body(request_, row.job->job.id, what.body, terms);
  const auto started = begin_write();
  books_.sent(request_kind::write, *row.job, started);
  fact_ = co_await connection_.exchange(request_, started + shared_.options.transport.attempt_timeout);
  end_write(started);
  const policy::step_event happened = event::replied{&fact_, books_.is_trial()};
  row.next = resume(row, happened);
  books_.judged(request_kind::write, *row.job, fact_, connection_, now_);
  co_await settle(chosen_.front());
}

void batch_worker::list_ids() {
  ids_.clear();
  for (const auto i : chosen_) ids_.push_back(rows_[i].job->job.id);
}

// What the reply to a write of several says of one, as if it were a reply of its own. Where writes show
// nothing, a row without an error was accepted.
attempt_fact batch_worker::shown_of(const api::batch_answer& answer) const {
  auto one = fact_;
  one.body = answer.text;
  if (answer.is == said::error)
    one.part = reply_part::error;
  else if (answer.is == said::item || !shared_.profile.reply.echoes_resource())
    one.part = reply_part::item;
  else
    one.part = reply_part::missing;
  return one;
}

// Whose fault it was is found by sending halves.
void batch_worker::split_chosen() {
  const auto first = shared_.next_number(), second = shared_.next_number();
  for (std::size_t k = 0; k < chosen_.size(); ++k)
    rows_[chosen_[k]].job->sent_with = k < chosen_.size() / 2 ? first : second;
}

asio::awaitable<void> batch_worker::send_several() {
  std::vector<api::request_writer::row> rows;
  bool is_retry = true;
  for (const auto i : chosen_) {
    const auto& what = std::get<action::send>(rows_[i].next);
    rows.push_back({rows_[i].job->job.id, what.values, what.body, what.guards});
    is_retry = is_retry && rows_[i].job->step.attempts() > 0;
  }
  shared_.keys.writer().write_rows(request_, rows);
  const auto started = begin_write();
  books_.sent_shared(request_kind::write, is_retry, started);
  fact_ = co_await connection_.exchange(request_, started + shared_.options.transport.attempt_timeout);
  end_write(started);

  auto whole = judge_whole(request_kind::write, shared_.profile.write_many);
  const bool trial = books_.is_trial();
  const bool is_accepted = fact_.reached == phase::answered && whole.is == api::verdict::ok && !whole.foreign;
  if (is_accepted) {
    list_ids();
    const bool is_readable = written_.read(fact_.body, ids_, answers_);
    whole.proves_the_api = is_readable && names_any(answers_);
  }
  // Before the rows: one that ends gives up the trial.
  books_.judged_shared(request_kind::write, whole, fact_, now_);
  if (is_refusal(fact_, whole)) {
    split_chosen();
    const policy::step_event refused = event::shared_refused{&fact_};
    for (const auto i : chosen_) co_await tell(i, refused);
  } else {
    for (std::size_t k = 0; k < chosen_.size(); ++k) {
      const auto one = is_accepted ? shown_of(answers_[k]) : fact_;
      const policy::step_event happened = event::replied{&one, trial, true};
      co_await tell(chosen_[k], happened);
    }
  }
  if (policy::leads_astray(whole)) connection_.discard();
}

// A connection that rows hold for their write stays held, and the read goes on another.
void batch_worker::keep_connection_if_needed() {
  const auto holds = [](const batch_row& r) {
    const auto* read = std::get_if<action::read>(&r.next);
    return wants<action::await_grant>(r) || (read != nullptr && read->keeps_connection);
  };
  if (!kept_ && std::ranges::any_of(rows_, holds)) kept_ = std::move(connection_);
}

asio::awaitable<void> batch_worker::read_several() {
  fill_until_ = std::min(fill_until_, now_ + longest_filling);
  choose_for_read(rows_, reads_together_, chosen_);
  chosen_.resize(std::min<std::size_t>(shared_.profile.read_many.size, chosen_.size()));
  list_ids();
  keep_connection_if_needed();
  const auto what = api::read_many_call(shared_.profile, ids_);
  const auto how = co_await read(nullptr, &what);
  now_ = clock::now();
  jitter_ = shared_.jitter();
  policy::step_event happened = event::cancelled{};
  if (how == client::turn::cancelled) {
    for (const auto i : chosen_) co_await tell(i, happened);
    co_return;
  }
  auto whole = judge_whole(request_kind::read, shared_.profile.read_many);
  const bool trial = books_.is_trial();
  const bool is_answered = fact_.reached == phase::answered && whole.is == api::verdict::ok && !whole.foreign;
  if (is_answered) {
    const bool is_readable = read_->read(fact_.body, ids_, answers_);
    whole.proves_the_api = is_readable && names_any(answers_);
    if (!is_readable && !std::exchange(reads_are_broken_, true))
      shared_.events.tell("read_many",
                          "the reply to a read of several resources has no list where [read_many] of the "
                          "profile says; they are read one by one");
  }
  books_.judged_shared(request_kind::read, whole, fact_, now_);
  if (is_refusal(fact_, whole)) {
    const auto half = std::max<std::size_t>(1, chosen_.size() / 2);
    for (const auto i : chosen_) rows_[i].read_with = static_cast<std::uint32_t>(half);
    co_return;
  }
  for (std::size_t k = 0; k < chosen_.size(); ++k) {
    auto one = fact_;
    if (is_answered) {
      rows_[chosen_[k]].read_with = 1;
      if (answers_[k].is != said::item) continue;
      rows_[chosen_[k]].read_with = static_cast<std::uint32_t>(most_);
      one.part = reply_part::item;
      one.body = answers_[k].text;
    }
    happened = event::read_replied{&one, trial};
    co_await tell(chosen_[k], happened);
  }
  if (policy::leads_astray(whole)) connection_.discard();
}

asio::awaitable<void> batch_worker::read_alone() {
  const auto wanted = std::ranges::find_if(rows_, wants<action::read>);
  const auto position = static_cast<std::size_t>(wanted - rows_.begin());
  auto& row = rows_[position];
  keep_connection_if_needed();
  const auto how = co_await read(row.job.get(), nullptr);
  now_ = clock::now();
  jitter_ = shared_.jitter();
  policy::step_event happened = event::cancelled{};
  if (how == client::turn::cancelled) {
    co_await tell(position, happened);
    co_return;
  }
  happened = event::read_replied{&fact_, books_.is_trial()};
  row.next = resume(row, happened);
  books_.judged(request_kind::read, *row.job, fact_, connection_, now_);
  row.read_with = static_cast<std::uint32_t>(most_);
  co_await settle(position);
}

}  // namespace pawl::run
