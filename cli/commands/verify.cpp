// `pawl verify`: reads what a generation applied again, and reports what no longer shows what was written.
#include "cli/commands/commands.hpp"
#include "cli/terminal/command_frame.hpp"
#include "cli/words.hpp"
#include "engine/api/drift.hpp"
#include "engine/api/page_reader.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/app/api_session.hpp"
#include "engine/app/drift_rows.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/find_generation.hpp"
#include "engine/app/find_ledger.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/app/recorded_input.hpp"
#include "engine/app/session.hpp"
#include "engine/client/lister.hpp"
#include "engine/client/name_fetch.hpp"
#include "engine/ledger/last_written.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/sys/files.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

namespace pawl::cli {
namespace {

namespace asio = boost::asio;

constexpr std::size_t write_at_bytes = 64 * 1024;
constexpr std::size_t most_unproven = 100;  // chosen: more of them look like an API that is down

class verify_steps {
 public:
  verify_steps(app::session& s, const app::verify_options& o) : s_(s), options_(o), api_(s) {}

  expected<int> all() {
    if (auto done = prepare(); !done) return done.error();
    if (auto done = collect(); !done) return done.error();
    auto resources = wanted_->resources();
    if (!resources) return resources.error();
    to_look_at_ = *resources;
    if (to_look_at_ > 0) {
      if (auto opened = api_.open(); !opened) return opened.error();
      auto looked = api_.run(look());
      if (!looked) return looked.error();
    }
    flush();
    if (not_written_ && not_written_ != std::errc::broken_pipe)
      return failure{failure_kind::mend, "standard output", not_written_.message(), ""};
    return conclude();
  }

 private:
  status prepare() {
    const auto& settings = s_.settings();
    if (settings.summary_path == "-")
      return failure{failure_kind::usage, "--summary", "standard output is where the drift goes",
                     "name a file"};
    s_.facts().ledger = options_.ledger;
    auto opened = app::open_to_read(options_.ledger);
    if (!opened) return opened.error();
    ledger_.emplace(*std::move(opened));
    auto found = app::find_generation(*ledger_, options_.generation);
    if (!found) return found.error();
    generation_ = *std::move(found);
    drift_.emplace(settings.profile);
    ledger::target here;
    here.profile = settings.profile.name;
    here.base_url = settings.target.url();
    if (auto refused = app::refuse_target(generation_.target, here, options_.ledger)) return *refused;
    s_.facts().generation = generation_.id;
    s_.facts().target = app::target_in_words(generation_.target);
    if (settings.profile.reply.id.empty() && !settings.profile.reply.echoes_resource &&
        !settings.profile.read_first)
      return failure{failure_kind::usage, "profile " + settings.profile.name,
                     "describes an API that shows nothing of what was written", "there is nothing to verify"};
    return {};
  }

  // What each resource should show, from the rows that say it: the input for what a row wanted, the ledger
  // for what became of it, and its intents for sets that were changed by verbs.
  status collect() {
    auto wanted =
        ledger::last_written::open(options_.ledger, generation_.id, s_.settings().profile.reply.ids);
    if (!wanted) return wanted.error();
    wanted_.emplace(*std::move(wanted));
    const std::vector<outcome> of_interest{outcome::applied, outcome::unchanged, outcome::mismatch,
                                           outcome::unknown};
    std::optional<input::job_source> source;
    job_batch batch;
    std::uint64_t first_in_batch = 1;
    std::optional<failure> failed;
    const auto take = [&](const ledger::job_row& job) -> status {
      if (!source) {
        auto opened = app::open_input_of(generation_, s_.settings().profile);
        if (!opened) return opened.error();
        source = *std::move(opened);
      }
      while (job.row >= first_in_batch + batch.size()) {
        first_in_batch += batch.size();
        auto more = source->next(batch);
        if (!more) return more.error();
        if (!*more)
          return failure{failure_kind::mend, generation_.input_path, "has fewer rows than were run",
                         "the ledger does not belong to this file"};
        s_.show_work("reading the input", job.row, 0);
      }
      const auto at = static_cast<std::size_t>(job.row - first_in_batch);
      if (batch.error(at) != nullptr)
        return failure{failure_kind::mend, generation_.input_path,
                       fmt::format("row {} is wrong now, and was applied", job.row),
                       "use the profile that the run had"};
      return take_row(job, batch.job(at));
    };
    const auto one = [&](const ledger::job_row& job) {
      if (s_.signals().first() != 0)
        failed = failure{failure_kind::later, "", "interrupted", "run the same command again"};
      else if (auto done = take(job); !done)
        failed = done.error();
      return !failed;
    };
    if (auto read = ledger_->for_each_job(generation_.id, of_interest, one); !read) return read;
    s_.hide_work();
    if (failed) return *std::move(failed);
    return forget_open_intents();
  }

  status take_row(const ledger::job_row& row, const job_view& job) {
    const auto& profile = s_.settings().profile;
    const bool is_known = row.outcome == outcome::applied || row.outcome == outcome::unchanged;
    const bool has_verb = std::ranges::any_of(job.patch, [&profile](const field_value& v) {
      return v.field != passed_field && profile[v.field].verb != api::set_verb::none;
    });
    std::string sent;
    std::vector<field_value> sent_values;
    if (has_verb && row.outcome == outcome::applied) {
      auto found = wanted_->sent_by(row.row);
      if (!found) return found.error();
      sent = *std::move(found);
      if (!sent.empty() && !api::parse_values(sent, profile, sent_values))
        return failure{failure_kind::mend, options_.ledger,
                       fmt::format("the intent of row {} is not readable", row.row),
                       "the ledger was changed by hand: put it back"};
    }
    if (row.outcome == outcome::unknown) ++counts_.unknown_rows;
    if (row.outcome == outcome::mismatch) ++counts_.mismatch_rows;
    bool tells = false;  // something of the row stands in the table, its own or what an earlier row left
    for (const auto& v : job.patch) {
      if (v.field == passed_field) continue;
      const auto& spec = profile[v.field];
      if (spec.verb == api::set_verb::none) {
        tells = tells || is_known;
        auto kept =
            is_known ? wanted_->put(row.id, spec.name, v.json, row.row) : wanted_->forget(row.id, spec.name);
        if (!kept) return kept;
        continue;
      }
      const auto& target = profile[spec.verb_target].name;
      const auto set =
          std::ranges::find_if(sent_values, [&target](const field_value& s) { return s.name == target; });
      status kept;
      if (set != sent_values.end()) {
        kept = wanted_->put(row.id, target, set->json, row.row);
        tells = true;
      } else if (row.outcome != outcome::unchanged && sent.empty()) {
        kept = wanted_->forget(row.id, target);
      } else {
        // A verb that had nothing to do wrote nothing: what an earlier row left is what should show, or at
        // least that the set is as the verb wants it.
        auto left = wanted_->knows(row.id, target);
        if (!left) return left.error();
        tells = true;
        const bool by_name =
            spec.verb == api::set_verb::add_names || spec.verb == api::set_verb::remove_names;
        needs_names_ = needs_names_ || (by_name && !*left);
        if (!*left) kept = wanted_->put_part(row.id, target, spec.name, v.json, row.row);
      }
      if (!kept) return kept;
    }
    if (is_known && !tells)
      say_untold(row, has_verb && row.outcome == outcome::applied
                          ? "the ledger does not know what the row has sent"
                          : "the profile does not know the fields that the row wrote");
    return {};
  }

  // Nothing of the row can be compared with anything.
  void say_untold(const ledger::job_row& row, std::string_view why) {
    ++counts_.untold_rows;
    app::append_drift(lines_, options_.format,
                      {app::drift_line::kind::not_compared, row.id, row.row, {}, {}, {}, why});
    if (lines_.size() >= write_at_bytes) flush();
  }

  // A row that was cut off after its request may have left: nobody knows yet what its fields should show.
  status forget_open_intents() {
    auto open = ledger_->open_intents(generation_.id);
    if (!open) return open.error();
    std::uint64_t row = 0;
    for (const auto& intent : *open) {
      counts_.cut_off_rows += intent.row != std::exchange(row, intent.row);
      for (const auto& f : s_.settings().profile.fields)
        if (auto done = wanted_->forget(intent.id, f.name); !done) return done;
    }
    const auto counts = ledger_->counts(generation_.id);
    if (!counts) return counts.error();
    const auto left = generation_.rows - std::min(generation_.rows, counts->total());
    counts_.pending_rows = left - std::min(left, counts_.cut_off_rows);
    return {};
  }

  asio::awaitable<expected<int>> look() {
    auto who = co_await api_.identify();
    if (!who) co_return std::move(who.error());
    if (auto refused = app::refuse_account(generation_.target, {}, who->account, options_.ledger))
      co_return *std::move(refused);
    api_.client().has_succeeded();  // there is something to look at, so a row is a success
    const auto& names = s_.settings().reading.names;
    if (needs_names_ && !names.path.empty()) {
      auto known = co_await client::fetch_names(api_.client(), names);
      if (known) {
        names_ = *std::move(known);
        drift_->use_names(names_);
      } else if (known.error().kind == failure_kind::mend) {
        s_.say().note("names are not compared: " + to_string(known.error()));
      } else {
        co_return std::move(known.error());
      }
    }
    auto paged = co_await look_at_pages();
    if (!paged) {
      // Pages are a short cut: where the list cannot be walked, each resource has its own read.
      if (paged.error().kind != failure_kind::mend) co_return std::move(paged.error());
      s_.say().note("no list pages are used, and each resource is read by itself: " +
                    to_string(paged.error()));
    }
    co_return co_await look_one_by_one();
  }

  // A page of a list shows many resources for the price of one read: pages go on while they settle more than
  // they cost. Those that settle nothing may be one in a hundred of all reads. What a page does not show as
  // it was written is read by itself.
  asio::awaitable<expected<int>> look_at_pages() {
    const auto& list = s_.settings().reading.list;
    if (list.path.empty() || list.page_size < 2 || to_look_at_ < 2) co_return app::exit_success;
    client::lister pages(api_.client(), list, {});
    api::item_ids ids(list.id);
    const auto waste = 1 + to_look_at_ / 100;
    while (looked_at_ < to_look_at_ && pages.pages() < looked_at_ + waste) {
      auto page = co_await pages.next();
      if (!page) co_return std::move(page.error());
      if (*page == nullptr) break;
      for (const auto item : (*page)->items) {
        const auto id = ids.read(item);
        if (!id) continue;
        auto resource = wanted_->find(*id);
        if (!resource) co_return std::move(resource.error());
        if (resource->fields.empty() || !settles(*resource, item)) continue;
        if (auto dropped = wanted_->drop(*id); !dropped) co_return std::move(dropped.error());
      }
      show();
    }
    co_return app::exit_success;
  }

  asio::awaitable<expected<int>> look_one_by_one() {
    // Reads in batches: nothing finds out here how many pay.
    const auto& run = s_.settings().run;
    const std::size_t at_once = run.adaptive ? run::run_options{}.concurrency : run.concurrency;
    for (;;) {
      put_aside_ = unproven_.size() < most_unproven;
      auto some = wanted_->take_next(at_once);
      if (!some) co_return std::move(some.error());
      if (some->empty()) break;
      auto read = co_await read_together(*some);
      if (!read) co_return std::move(read.error());
      show();
    }
    const auto left = std::exchange(unproven_, {});
    put_aside_ = false;
    for (std::size_t i = 0; i < left.size(); i += at_once) {
      const std::vector some(left.begin() + static_cast<std::ptrdiff_t>(i),
                             left.begin() + static_cast<std::ptrdiff_t>(std::min(left.size(), i + at_once)));
      auto read = co_await read_together(some);
      if (!read) co_return std::move(read.error());
      show();
    }
    co_return app::exit_success;
  }

  // All of them at the same time; said in their order. One of which nobody knows yet whether the API itself
  // has refused it is put aside.
  asio::awaitable<expected<int>> read_together(const std::vector<ledger::written_resource>& some) {
    std::vector<std::optional<expected<client::read_reply>>> replies(some.size());
    std::size_t alive = 0;
    std::exception_ptr broken;
    client::wakeup joined(api_.io());
    const auto ended = [&](const std::exception_ptr& error) {
      if (error) broken = error;
      --alive;
      joined.wake();
    };
    for (std::size_t i = 0; i < some.size(); ++i) {
      ++alive;
      asio::co_spawn(api_.io(), read_one(some[i].id, replies[i]), ended);
    }
    while (alive > 0) co_await joined.sleep();
    if (broken) std::rethrow_exception(broken);
    for (std::size_t i = 0; i < some.size(); ++i) {
      auto& reply = *replies[i];
      if (!reply) co_return std::move(reply.error());
      if (reply->is == api::verdict::ok)
        compare(some[i], reply->body());
      else if (put_aside_ && reply->foreign)
        unproven_.push_back(some[i]);
      else
        report_refusal(some[i], *reply);
    }
    co_return app::exit_success;
  }

  asio::awaitable<void> read_one(const std::string& id, std::optional<expected<client::read_reply>>& into) {
    const auto path = api::resource_path(s_.settings().profile, id);
    client::read_terms terms;
    terms.refusals_are_answers = true;
    terms.comes_back_unproven = put_aside_;
    auto reply = co_await api_.client().get(path, terms);
    into.emplace(std::move(reply));
  }

  void expect_of(const ledger::written_resource& resource) {
    expected_values_.clear();
    for (const auto& f : resource.fields) expected_values_.push_back({f.field, f.json});
  }

  bool settles(const ledger::written_resource& resource, std::string_view item) {
    expect_of(resource);
    if (!drift_->settles(item, resource.id, expected_values_, standings_)) return false;
    ++looked_at_;
    report(resource);
    return true;
  }

  void compare(const ledger::written_resource& resource, std::string_view body) {
    ++looked_at_;
    expect_of(resource);
    if (drift_->read(body, resource.id, expected_values_, standings_)) {
      report(resource);
      return;
    }
    ++counts_.unreadable;
    app::append_drift(lines_, options_.format,
                      {app::drift_line::kind::unreadable,
                       resource.id,
                       resource.fields.front().row,
                       {},
                       {},
                       {},
                       "the reply is not what the profile promises"});
  }

  // What the standings of the resource's fields say.
  void report(const ledger::written_resource& resource) {
    const auto& fields = resource.fields;
    bool drifted = false;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto& f = fields[i];
      if (standings_[i].is == api::standing::unclear) ++counts_.unclear_fields;
      if (standings_[i].is != api::standing::drifted) continue;
      drifted = true;
      ++counts_.drifted_fields;
      app::append_drift(
          lines_, options_.format,
          {app::drift_line::kind::drift, resource.id, f.row, f.field, f.json, standings_[i].shown, {}});
    }
    // A row of which nothing was compared is not as it was written, whatever another row's fields show.
    bool compared = true;
    const auto is_clear = [&](std::uint64_t row) {
      for (std::size_t i = 0; i < fields.size(); ++i)
        if (fields[i].row == row && standings_[i].is != api::standing::unclear) return true;
      return false;
    };
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const bool said =
          std::ranges::any_of(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(i),
                              [&](const ledger::written_field& f) { return f.row == fields[i].row; });
      if (said || is_clear(fields[i].row)) continue;
      compared = false;
      app::append_drift(lines_, options_.format,
                        {app::drift_line::kind::not_compared,
                         resource.id,
                         fields[i].row,
                         {},
                         {},
                         {},
                         "no read can tell whether it is as the row left it"});
    }
    ++(drifted ? counts_.drifted : compared ? counts_.as_written : counts_.not_compared);
  }

  void report_refusal(const ledger::written_resource& resource, const client::read_reply& reply) {
    ++looked_at_;
    const bool missing = reply.http_status == 404;
    ++(missing ? counts_.missing : counts_.unreadable);
    const auto why = reply.in_words();
    app::append_drift(lines_, options_.format,
                      {missing ? app::drift_line::kind::missing : app::drift_line::kind::unreadable,
                       resource.id,
                       resource.fields.front().row,
                       {},
                       {},
                       {},
                       why});
  }

  void show() {
    s_.show_work(fmt::format("verifying {}", counted(to_look_at_, "resource", "resources")), looked_at_, 0);
    if (lines_.size() >= write_at_bytes) flush();
  }

  // A reader that has seen enough closes the pipe: the answer is the exit code.
  void flush() {
    auto text = std::exchange(header_said_, true) ? std::string{} : app::drift_header(options_.format);
    text += lines_;
    lines_.clear();
    if (!not_written_) not_written_ = write_all(STDOUT_FILENO, text);
  }

  int conclude() {
    counts_.resources = looked_at_;
    s_.facts().rows = generation_.rows;
    s_.facts().stop_reason = "finished";
    s_.facts().verified = {counts_.resources, counts_.as_written, counts_.drifted,
                           counts_.missing,   counts_.unreadable, app::not_compared(counts_)};
    s_.say().note(app::counts_text(counts_));
    s_.sum_up(app::counts_text(counts_));
    return app::all_as_written(counts_) ? app::exit_success : app::exit_some_failed;
  }

  app::session& s_;
  const app::verify_options& options_;
  app::api_session api_;
  std::optional<ledger::ledger_file> ledger_;
  ledger::generation_row generation_;
  std::optional<ledger::last_written> wanted_;
  std::uint64_t to_look_at_ = 0, looked_at_ = 0;
  // Refused by who knows whom, to be read again when something else has proved the API.
  std::vector<ledger::written_resource> unproven_;
  bool put_aside_ = false;  // such replies go there
  app::drift_counts counts_;
  std::string lines_;
  bool header_said_ = false;
  std::error_code not_written_;
  std::optional<api::drift_reader> drift_;
  bool needs_names_ = false;  // a verb that takes names had nothing to do
  api::name_directory names_;
  std::vector<api::expected_value> expected_values_;
  std::vector<api::field_standing> standings_;
};

}  // namespace

int verify_command(const config::raw_options& raw, const app::verify_options& options,
                   const config::environment& env, console& out) {
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    app::session s(settings, host);
    s.when_interrupted("nothing was changed, and the same command starts again");
    verify_steps steps(s, options);
    return s.conclude([&steps] { return steps.all(); });
  };
  return perform(raw, {}, env, out, work);
}

}  // namespace pawl::cli
