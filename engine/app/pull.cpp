#include "engine/app/pull.hpp"

#include "engine/api/condition.hpp"
#include "engine/api/page_reader.hpp"
#include "engine/app/api_session.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/name_resolution.hpp"
#include "engine/app/rows/pull_rows.hpp"
#include "engine/app/session.hpp"
#include "engine/client/lister.hpp"
#include "engine/client/name_fetch.hpp"
#include "engine/input/job_source.hpp"
#include "engine/model/option.hpp"
#include "engine/sys/complete_output.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/amounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::app {
namespace {

namespace asio = boost::asio;

class pull_steps {
 public:
  pull_steps(session& s, const pull_options& o) : s_(s), options_(o), api_(s) {}

  expected<int> all() {
    if (auto done = prepare(); !done) return done.error();
    auto out = complete_output::open(options_.out);
    if (!out) return out.error();
    out_.emplace(*std::move(out));
    if (auto opened = api_.open(); !opened) return opened.error();
    auto listed = api_.run(list());
    if (!listed) return listed.error();
    if (auto written = out_->finish(); !written) return written.error();
    conclude();
    return exit_success;
  }

 private:
  status prepare() {
    const auto& settings = s_.settings();
    if (settings.reading.list.path.empty())
      return failure{failure_kind::usage, "profile " + settings.profile.name,
                     "does not say how this API lists its resources", "describe it as [list]"};
    for (const auto& text : options_.where) {
      auto condition = api::parse_precondition(text, settings.profile);
      if (!condition)
        return failure{failure_kind::usage, to_string(option::where), condition.error().what,
                       condition.error().remedy};
      conditions_.push_back(*std::move(condition));
    }
    if (needs_names() && settings.reading.names.path.empty())
      return failure{failure_kind::usage, to_string(option::where),
                     fmt::format("the profile {} does not say how to look names up", settings.profile.name),
                     "use FIELD has ID, or describe [names] in the profile"};
    auto columns = plan_pull(settings.profile, conditions_, options_);
    if (!columns) return columns.error();
    columns_ = *std::move(columns);
    return {};
  }

  bool needs_names() const {
    return std::ranges::any_of(
        conditions_, [](const api::precondition& c) { return c.is == api::precondition::test::has_name; });
  }

  table_format format_by_name() const {
    switch (input::format_by_name(options_.out).value_or(input::file_format::csv)) {
      case input::file_format::csv:
        break;
      case input::file_format::ndjson:
        return table_format::ndjson;
    }
    return table_format::csv;
  }

  pull_syntax syntax() const {
    const auto& source = s_.settings().source;
    pull_syntax how;
    how.format = options_.format.value_or(format_by_name());
    how.null_token = source.null_token;
    how.list_separator = source.list_separator;
    how.delimiter = source.delimiter.value_or(input::has_ending(options_.out, ".tsv") ? '\t' : ',');
    return how;
  }

  asio::awaitable<expected<int>> list() {
    const auto& settings = s_.settings();
    auto who = co_await api_.identify();
    if (!who) co_return std::move(who.error());
    auto conditions = conditions_;
    if (needs_names()) {
      auto names = co_await client::fetch_names(api_.client(), settings.reading.names);
      if (!names) co_return names_not_read(std::move(names.error()), settings, who->scopes);
      for (auto& c : conditions) {
        auto resolved = api::resolve_name(c, *names);
        if (!resolved) {
          resolved.error().place = to_string(option::where);
          co_return std::move(resolved.error());
        }
        c = *std::move(resolved);
      }
    }
    client::lister pages(api_.client(), settings.reading.list,
                         api::server_filters(settings.reading.list, settings.profile, conditions));
    pull_rows rows(settings.profile, settings.reading.list.id, std::move(conditions), columns_, syntax());
    // All pages use one time, so that an age means the same for the first item and for the last.
    const auto now = wall_now();
    std::string text = rows.header();
    for (;;) {
      auto page = co_await pages.next();
      if (!page) {
        page.error().what += "; nothing was written";
        co_return std::move(page.error());
      }
      if (*page == nullptr) break;
      for (const auto item : (*page)->items) {
        auto taken = rows.add(item, now, text);
        if (!taken) {
          taken.error().what += "; nothing was written";
          co_return std::move(taken.error());
        }
        written_ += *taken == pull_rows::taken::written ? 1 : 0;
      }
      listed_ += (*page)->items.size();
      says_nothing_ = (*page)->says_nothing;
      bytes_ += text.size();
      if (auto kept = out_->append(text); !kept) co_return std::move(kept.error());
      text.clear();
      s_.show_work(fmt::format("listing, {} found", grouped(written_)), listed_, bytes_);
    }
    pages_ = pages.pages();
    if (auto whole = rows.complete(); !whole) {
      whole.error().what += "; nothing was written";
      co_return std::move(whole.error());
    }
    if (auto kept = out_->append(text); !kept) co_return std::move(kept.error());
    co_return exit_success;
  }

  void conclude() {
    auto& facts = s_.facts();
    facts.rows = written_;
    facts.stop_reason = "finished";
    s_.say().note(
        fmt::format("{}: {} of {} listed, {}", options_.out.empty() ? "standard output" : options_.out,
                    counted(written_, "row", "rows"), grouped(listed_), counted(pages_, "page", "pages")));
    if (says_nothing_)
      s_.say().note(
          "the reply does not say that this is the whole list, and the profile's [list] has neither limit "
          "nor "
          "cursor: say whole = true there if it is");
    // Conditions that the file does not hold must be given again when it is run.
    std::string only_if;
    for (const auto& c : conditions_) {
      const bool carried = std::ranges::any_of(columns_, [&c](const pull_column& column) {
        return column.is == pull_column::kind::expect && column.field == c.field;
      });
      if (!carried) only_if += " " + to_string(option::only_if, api::to_string(c));
    }
    if (!only_if.empty()) s_.say().note("not in the file as a precondition: give run also" + only_if);
  }

  session& s_;
  const pull_options& options_;
  api_session api_;
  std::vector<api::precondition> conditions_;
  std::vector<pull_column> columns_;
  std::optional<complete_output> out_;
  std::uint64_t listed_ = 0, written_ = 0, pages_ = 0, bytes_ = 0;
  bool says_nothing_ = false;  // the only page does not say that it is the whole list
};

}  // namespace

result pull(const options& o, const pull_options& of_pull, const host& h) {
  session s(o, h);
  s.when_interrupted("nothing was written, and the same command starts again");
  pull_steps steps(s, of_pull);
  return s.conclude([&steps] { return steps.all(); });
}

}  // namespace pawl::app
