#include "engine/app/match_resolution.hpp"

#include "engine/async/task_group.hpp"
#include "engine/client/match_lookup.hpp"
#include "engine/ledger/scratch/matched_values.hpp"
#include "engine/model/option.hpp"
#include "engine/sys/clock.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace pawl::app {
namespace asio = boost::asio;

namespace {

constexpr std::size_t most_lines_of_a_kind = 20;          // chosen, as for a validation
constexpr duration told_every = std::chrono::minutes{1};  // chosen; nothing else is said meanwhile

}  // namespace

void match_resolution::wrong_rows::add(std::string complaint) {
  ++rows;
  if (first.size() < most_lines_of_a_kind) first.push_back(std::move(complaint));
}

asio::awaitable<status> match_resolution::look_up(client::read_client& client) {
  auto* const known = choice_.matches();
  if (known == nullptr) co_return status{};
  const auto& settings = s_.settings();
  auto way = api::way_to_match(settings.source.match, settings.profile, settings.reading);
  if (!way) co_return std::move(way.error());
  way_.emplace(*std::move(way));
  auto& source = choice_.input().source;
  const auto from = source.position();
  source.use_ids(nullptr, input::job_source::unknown_values::kept);
  names_.emplace(settings.profile);
  rules_.emplace(*names_);
  told_ = clock::now();
  job_batch batch;
  for (;;) {
    auto more = source.next(batch);
    if (!more) co_return std::move(more.error());
    if (!*more) break;
    if (auto found = find_unknown(batch); !found) co_return found;
    auto asked = co_await ask(client);
    if (!asked) co_return asked;
    if (auto looked = look_at(batch); !looked) co_return looked;
  }
  s_.hide_work();
  if (auto sought = source.seek(from); !sought) co_return sought;
  source.use_ids(known, input::job_source::unknown_values::refused);
  co_return conclude();
}

bool match_resolution::is_pending(const job_batch& batch, std::size_t at) const {
  return batch.error(at) == nullptr && !t_.done.contains(batch.job(at).row);
}

status match_resolution::find_unknown(const job_batch& batch) {
  unknown_.clear();
  std::unordered_set<std::string_view> seen;
  for (std::size_t at = 0; at < batch.size(); ++at) {
    if (!is_pending(batch, at)) continue;
    const auto value = batch.job(at).id;
    if (!seen.insert(value).second) continue;
    auto known = choice_.matches()->of(value);
    if (!known) return std::move(known.error());
    if (!*known) unknown_.emplace_back(value);
  }
  return {};
}

asio::awaitable<status> match_resolution::ask(client::read_client& client) {
  next_ = 0;
  found_.clear();
  async::task_group turns(io_);
  const auto at_once = std::min<std::size_t>(t_.at_once, unknown_.size());
  for (std::size_t i = 0; i < at_once; ++i) turns.start(take_turns(client));
  co_await turns.join();
  // What was found is kept whatever became of the rest.
  auto kept = keep();
  if (failed_) co_return *failed_;
  co_return kept;
}

asio::awaitable<void> match_resolution::take_turns(client::read_client& client) {
  while (!failed_ && next_ < unknown_.size()) {
    auto found = co_await client::look_up(client, *way_, unknown_[next_++]);
    if (!found) {
      if (!failed_) failed_ = std::move(found.error());
      co_return;
    }
    if (auto wrong = refuse_ids(*found)) {
      failed_ = *std::move(wrong);
      co_return;
    }
    found_.push_back(*std::move(found));
  }
}

// An id goes into a path, so what the API shows has to be one that a row may have.
std::optional<failure> match_resolution::refuse_ids(const matched_value& found) const {
  for (const auto& id : found.ids)
    if (const auto wrong = rules_->check_id(id); !wrong.empty())
      return failure{failure_kind::mend, "[match." + way_->field + "]",
                     fmt::format("the API answers with an id that no row may have: it {}", wrong),
                     "check where the profile takes the id from"};
  return std::nullopt;
}

status match_resolution::keep() {
  for (const auto& one : found_)
    if (auto put = choice_.matches()->put(one); !put) return put;
  return t_.keep && !found_.empty() ? t_.keep(found_) : status{};
}

status match_resolution::look_at(const job_batch& batch) {
  for (std::size_t at = 0; at < batch.size(); ++at) {
    if (!is_pending(batch, at)) continue;
    const auto job = batch.job(at);
    auto known = choice_.matches()->of(job.id);
    if (!known) return std::move(known.error());
    ++looked_at_;
    if (!*known || (*known)->is_one()) continue;
    ((*known)->ids.empty() ? unmatched_ : ambiguous_)
        .add(fmt::format("{}:{}: {}: {}", choice_.input().name, job.line, printable(way_->field),
                         input::what_is_wrong(**known)));
  }
  show();
  return {};
}

void match_resolution::show() {
  const auto text = fmt::format("looking up {} of {}", grouped(looked_at_), grouped(t_.pending));
  s_.show_work(text, 0, 0);
  if (const auto now = clock::now(); now - told_ >= told_every) {
    told_ = now;
    s_.say().note(text);
  }
}

status match_resolution::conclude() {
  if (unmatched_.rows + ambiguous_.rows == 0) return {};
  const auto counts =
      fmt::format("{} no resource, and {} several", counted(unmatched_.rows, "row matches", "rows match"),
                  counted(ambiguous_.rows, "row matches", "rows match"));
  if (choice_.may_skip_unmatched()) {
    s_.say().note(fmt::format("by {}, {}: they are recorded as invalid", way_->field, counts));
    return {};
  }
  for (const auto* wrong : {&unmatched_, &ambiguous_}) {
    for (const auto& line : wrong->first) s_.say().complaint(line);
    if (wrong->rows > wrong->first.size())
      s_.say().complaint(fmt::format("{}: {} that {}", choice_.input().name,
                                     counted(wrong->rows - wrong->first.size(), "more row", "more rows"),
                                     wrong == &unmatched_ ? "match no resource" : "match several resources"));
  }
  s_.facts().stop_reason = "invalid_input";
  return failure{failure_kind::usage, choice_.input().name,
                 fmt::format("by {}, {}; nothing was sent", way_->field, counts),
                 "mend them, or leave them out with " + to_string(option::skip_unmatched)};
}

}  // namespace pawl::app
