#include "engine/app/verify.hpp"

#include "engine/api/batch_requests.hpp"
#include "engine/api/calls.hpp"
#include "engine/api/page_reader.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/app/api_session.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/find_generation.hpp"
#include "engine/app/find_ledger.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/recorded_input.hpp"
#include "engine/app/rows/drift_report.hpp"
#include "engine/app/session.hpp"
#include "engine/app/waiting.hpp"
#include "engine/app/written_values.hpp"
#include "engine/async/task_group.hpp"
#include "engine/client/lister.hpp"
#include "engine/client/name_fetch.hpp"
#include "engine/client/read_several.hpp"
#include "engine/input/unknown_names.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/scratch/last_written.hpp"
#include "engine/model/counters.hpp"
#include "engine/sys/random.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::app {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_unproven = 100;  // chosen: more of them look like an API that is down

class verify_steps {
 public:
  verify_steps(session& s, const verify_options& o, sink to) : s_(s), options_(o), to_(std::move(to)) {}

  expected<int> all() {
    if (auto done = prepare(); !done) return done.error();
    const auto untold = [this](const ledger::job_row& row, std::string_view why) {
      report_->untold(row, why);
    };
    written_values values(s_, *ledger_, generation_, report_->counts(), untold);
    using order = ledger::last_written::order;
    auto wanted = values.collect(options_.ledger, options_.after ? order::by_end : order::by_id);
    if (!wanted) return wanted.error();
    wanted_.emplace(*std::move(wanted));
    report_->use_old_values(
        [this](std::uint64_t row, std::string_view field) { return wanted_->overwritten_by(row, field); });
    needs_names_ = values.needs_names();
    auto resources = wanted_->resources();
    if (!resources) return resources.error();
    auto left = written_ = *resources;
    if (options_.sample) {
      auto kept = wanted_->keep_sample(*options_.sample, random_seed());
      if (!kept) return kept.error();
      left = *kept;
    }
    if (auto looked = options_.after ? look_when_old() : look_at(left); !looked) return looked.error();
    report_->flush();
    if (auto written = report_->written(); !written) return written.error();
    return conclude();
  }

 private:
  status prepare() {
    const auto& settings = s_.settings();
    s_.facts().ledger = options_.ledger;
    s_.facts().target = target_in_words(target_of(settings));
    auto opened = open_to_read(options_.ledger);
    if (!opened) return opened.error();
    ledger_.emplace(*std::move(opened));
    auto found = find_generation(*ledger_, options_.generation);
    if (!found) return found.error();
    generation_ = *std::move(found);
    if (auto refused =
            refuse_target(generation_.target, target_of(settings), options_.ledger, ledger_use::reads))
      return *refused;
    s_.facts().generation = generation_.id;
    s_.facts().target = target_in_words(generation_.target);
    if (settings.profile.reply.id.empty() && !settings.profile.reply.can_be_shown() &&
        !settings.profile.read_first)
      return failure{failure_kind::usage, "profile " + settings.profile.name,
                     "describes an API that shows nothing of what was written", "there is nothing to verify"};
    if (settings.profile.any_field)
      if (const auto shaping = shaping_of(generation_))
        s_.use_fields(input::unknown_names(generation_.input_path, settings.profile, *shaping));
    report_.emplace(settings.profile, options_.format, std::move(to_));
    return {};
  }

  // Resources that are old enough are looked at at once, the others when the last of them is. Meanwhile
  // nobody is kept from the key.
  status look_when_old() {
    for (;;) {
      const auto now = wall_now();
      auto found =
          wanted_->hide_after(now - std::chrono::duration_cast<wall_time::duration>(*options_.after));
      if (!found) return found.error();
      if (auto looked = look_at(found->resources); !looked) return looked;
      if (found->hidden == 0) return {};
      report_->flush();
      const auto due = due_at(found->last, *options_.after);
      s_.say().note(fmt::format("waiting until {}: {} less than {} old; rows are looked at then",
                                date_and_time(due), counted(found->hidden, "resource is", "resources are"),
                                duration_text(*options_.after)));
      const auto sleep = [this](duration most, duration left) {
        s_.show_work(fmt::format("waiting for the rows to be {} old, {} left", duration_text(*options_.after),
                                 in_words(left)),
                     0, 0);
        return sleeps(s_.signals(), most);
      };
      const bool is_due = wait_until(due, wall_now, sleep);
      s_.hide_work();
      if (!is_due)
        return failure{failure_kind::later, "", "interrupted while rows were too young to be looked at",
                       "run the same command again"};
    }
  }

  status look_at(std::uint64_t resources) {
    if (resources == 0) return {};
    looked_before_ = report_->looked_at();
    to_look_at_ = looked_before_ + resources;
    api_.emplace(s_);
    if (auto opened = api_->open(); !opened) return opened;
    auto looked = api_->run(look());
    for (const auto& counter : counter_names) figures_.*counter.value += s_.facts().figures.*counter.value;
    s_.facts().figures = figures_;
    several_.reset();
    api_.reset();
    return looked ? status{} : status{std::move(looked.error())};
  }

  asio::awaitable<expected<int>> look() {
    auto who = co_await api_->identify();
    if (!who) co_return std::move(who.error());
    if (auto refused =
            refuse_account(generation_.target, {}, who->account, options_.ledger, ledger_use::reads))
      co_return *std::move(refused);
    api_->client().has_succeeded();  // at least one row was applied, so the API has answered well before
    const auto& names = s_.settings().reading.names;
    if (needs_names_ && !names.path.empty()) {
      auto known = co_await client::fetch_names(api_->client(), names);
      if (known) {
        names_ = *std::move(known);
        report_->use_names(names_);
      } else if (known.error().kind == failure_kind::mend) {
        s_.say().note("names are not compared: " + to_string(known.error()));
      } else {
        co_return std::move(known.error());
      }
    }
    auto paged = co_await look_at_pages();
    if (!paged) {
      // Pages only save reads: if the list cannot be read, each resource is read by itself.
      if (paged.error().kind != failure_kind::mend) co_return std::move(paged.error());
      s_.say().note("no list pages are used, and each resource is read by itself: " +
                    to_string(paged.error()));
    }
    co_return co_await look_one_by_one();
  }

  // A page shows many resources for the price of one read. So pages are read while they confirm more
  // resources than they cost; those that confirm nothing may be one in a hundred of all reads (chosen). A
  // resource that a page does not show as it was written is read by itself.
  asio::awaitable<expected<int>> look_at_pages() {
    const auto& list = s_.settings().reading.list;
    const auto resources = to_look_at_ - looked_before_;
    if (list.path.empty() || list.page_size < 2 || resources < 2) co_return exit_success;
    client::lister pages(api_->client(), list, {});
    api::item_ids ids(list.id);
    const auto waste = 1 + resources / 100;
    while (report_->looked_at() < to_look_at_ &&
           pages.pages() < report_->looked_at() - looked_before_ + waste) {
      auto page = co_await pages.next();
      if (!page) co_return std::move(page.error());
      if (*page == nullptr) break;
      for (const auto item : (*page)->items) {
        const auto id = ids.read(item);
        if (!id) continue;
        auto resource = wanted_->find(*id);
        if (!resource) co_return std::move(resource.error());
        if (resource->fields.empty() || !report_->confirms(*resource, item)) continue;
        if (auto dropped = wanted_->drop(*id); !dropped) co_return std::move(dropped.error());
      }
      show();
    }
    co_return exit_success;
  }

  // How many resources are read at the same time, be it with one request.
  std::size_t at_once() const { return several_ ? several_->most() : s_.settings().run.at_once(); }

  asio::awaitable<expected<int>> look_one_by_one() {
    const auto& profile = s_.settings().profile;
    if (api::can_read_many(profile)) several_.emplace(api_->client(), profile);
    for (;;) {
      put_aside_ = unproven_.size() < most_unproven;
      auto some = wanted_->take_next(at_once());
      if (!some) co_return std::move(some.error());
      if (some->empty()) break;
      auto read = co_await read_together(*some);
      if (!read) co_return std::move(read.error());
      show();
    }
    const auto left = std::exchange(unproven_, {});
    put_aside_ = false;
    for (std::size_t i = 0; i < left.size(); i += at_once()) {
      const std::vector some(
          left.begin() + static_cast<std::ptrdiff_t>(i),
          left.begin() + static_cast<std::ptrdiff_t>(std::min(left.size(), i + at_once())));
      auto read = co_await read_together(some);
      if (!read) co_return std::move(read.error());
      show();
    }
    co_return exit_success;
  }

  // Reads all at the same time and reports them in order. A resource that was refused, perhaps not by the API
  // itself, is put aside.
  asio::awaitable<expected<int>> read_together(const std::vector<ledger::written_resource>& some) {
    std::vector<std::optional<expected<client::read_reply>>> replies(some.size());
    if (several_ && some.size() > 1) {
      auto shown = co_await read_several(some, replies);
      if (!shown) co_return std::move(shown.error());
    }
    async::task_group reads(api_->io());
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (replies[i]) continue;
      if (reads.size() == s_.settings().run.at_once()) co_await reads.join();
      reads.start(read_one(some[i].id, replies[i]));
    }
    co_await reads.join();
    for (std::size_t i = 0; i < some.size(); ++i) {
      auto& reply = *replies[i];
      if (!reply) co_return std::move(reply.error());
      if (reply->is == api::verdict::ok) {
        if (auto compared = report_->compare(some[i], reply->body()); !compared)
          co_return std::move(compared.error());
      } else if (put_aside_ && reply->foreign) {
        unproven_.push_back(some[i]);
      } else {
        report_->report_refusal(some[i], *reply);
      }
    }
    co_return exit_success;
  }

  // Resources that the reply does not show are left to reads of their own.
  asio::awaitable<expected<int>> read_several(
      const std::vector<ledger::written_resource>& some,
      std::vector<std::optional<expected<client::read_reply>>>& into) {
    std::vector<std::string_view> ids;
    for (const auto& resource : some) ids.push_back(resource.id);
    auto replies = co_await several_->read(std::move(ids));
    if (!replies) co_return std::move(replies.error());
    for (std::size_t i = 0; i < some.size(); ++i)
      if ((*replies)[i]) into[i].emplace(*std::move((*replies)[i]));
    co_return exit_success;
  }

  asio::awaitable<void> read_one(const std::string& id, std::optional<expected<client::read_reply>>& into) {
    const auto what = api::resource_call(s_.settings().profile, id);
    client::read_terms terms;
    terms.refusals_are_answers = true;
    terms.comes_back_unproven = put_aside_;
    auto reply = co_await api_->client().get(what, terms);
    into.emplace(std::move(reply));
  }

  void show() {
    s_.show_work(fmt::format("verifying {}", counted(to_look_at_, "resource", "resources")),
                 report_->looked_at(), 0);
    report_->flush_when_full();
  }

  int conclude() {
    auto& counts = report_->counts();
    counts.resources = report_->looked_at();
    s_.facts().rows = generation_.rows;
    s_.facts().stop_reason = "finished";
    s_.facts().verified = {counts.resources, counts.as_written, counts.drifted,      counts.reverted,
                           counts.missing,   counts.unreadable, not_compared(counts)};
    auto text = counts_text(counts);
    if (options_.sample)
      text = fmt::format("a random sample of {} of {}: {}", grouped(to_look_at_),
                         counted(written_, "resource", "resources"), text);
    s_.say().note(text);
    s_.sum_up(text);
    return all_as_written(counts) ? exit_success : exit_some_failed;
  }

  session& s_;
  const verify_options& options_;
  std::optional<api_session> api_;
  counters figures_;  // of all sessions
  sink to_;
  std::optional<drift_report> report_;
  std::optional<client::several_reader> several_;  // unset: the API has no read of several
  std::optional<ledger::ledger_file> ledger_;
  ledger::generation_row generation_;
  std::optional<ledger::last_written> wanted_;
  std::uint64_t to_look_at_ = 0;     // with those that were looked at in earlier sessions,
  std::uint64_t looked_before_ = 0;  // which are so many
  std::uint64_t written_ = 0;        // resources of which something is known to have been written
  // Resources that were refused, perhaps not by the API; they are read again when other replies have proved
  // the API.
  std::vector<ledger::written_resource> unproven_;
  bool put_aside_ = false;    // such resources go there
  bool needs_names_ = false;  // a verb with names had nothing to do, so names must be compared
  api::name_directory names_;
};

}  // namespace

result verify(const options& o, const verify_options& of_verify, const host& h, sink rows) {
  session s(o, h);
  s.when_interrupted("nothing was changed, and the same command starts again");
  verify_steps steps(s, of_verify, std::move(rows));
  return s.conclude([&steps] { return steps.all(); });
}

}  // namespace pawl::app
